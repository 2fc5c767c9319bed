import { useState } from 'react';
import { PAGES } from '../../../../src/protocol/pages.ts';
import { Logo } from '../../components/icons.tsx';
import { useTitle } from '../../hooks/use-title.ts';
import type { Timers } from '../../lib/timers.ts';
import { entryFor } from '../../lib/words.ts';
import type { EndReason, SessionStore } from '../../stores/session.ts';
import { type Mode, SignInForm } from './sign-in-form.tsx';

const ENDED = 'Your session has ended. Sign in again.';
const NOTICES: Readonly<Record<EndReason, string>> = {
  logout: 'You signed out in another window. Sign in again to go on.',
  expired: ENDED,
  banned: 'This account is blocked. Ask an administrator to unblock it.',
  invalid: 'Your session is no longer valid. Sign in again.',
};
/** A newer server may end sessions for reasons that are not in the list. */
const noticeOf = (reason: EndReason): string => entryFor(NOTICES, reason) ?? ENDED;

export interface SignInProps {
  readonly session: SessionStore;
  readonly timers: Timers;
  /** Why the last session ended; null where none did. */
  readonly reason: EndReason | null;
}

/** Sign-in and sign-up on one card. Refusals are the server's own sentences. */
export function SignIn({ session, timers, reason }: SignInProps) {
  const [mode, setMode] = useState<Mode>('sign-in');
  const signingUp = mode === 'sign-up';
  const title = signingUp ? 'Create an account' : PAGES.login.title;
  useTitle(title);
  return (
    <main className="flex min-h-dvh items-center justify-center px-4 py-10">
      <div className="w-full max-w-sm">
        <div className="mb-6 flex items-center justify-center gap-2.5">
          <Logo className="size-8" />
          <span className="font-semibold text-xl tracking-tight">Tradecast</span>
        </div>
        <div className="rounded-lg border border-line bg-surface p-6">
          <h1 className="mb-4 font-semibold text-lg">{title}</h1>
          {reason === null ? null : (
            <p role="status" className="mb-4 rounded-md border border-warn bg-warn-soft px-3 py-2">
              {noticeOf(reason)}
            </p>
          )}
          <SignInForm key={mode} mode={mode} session={session} timers={timers} />
        </div>
        <p className="mt-4 text-center text-muted">
          {signingUp ? 'Have an account?' : 'New here?'}{' '}
          <button
            type="button"
            className="font-medium text-accent underline underline-offset-2"
            onClick={() => setMode(signingUp ? 'sign-in' : 'sign-up')}
          >
            {signingUp ? 'Sign in' : 'Create an account'}
          </button>
        </p>
      </div>
    </main>
  );
}
