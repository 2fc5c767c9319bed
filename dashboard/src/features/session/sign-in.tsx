import { type FormEvent, useEffect, useRef, useState } from 'react';
import { AlertBox } from '../../components/alert-box.tsx';
import { Button } from '../../components/button.tsx';
import { Logo } from '../../components/icons.tsx';
import { ApiError } from '../../lib/api.ts';
import { wait } from '../../lib/format.ts';
import { refusalOf } from '../../lib/refusal.ts';
import { every, type Timers } from '../../lib/timers.ts';
import type { EndReason, SessionStore } from '../../stores/session.ts';
import { Field } from './field.tsx';

const REASONS: Record<EndReason, string | null> = {
  logout: 'You signed out in another window.',
  expired: 'Your session has ended. Sign in again.',
  banned: 'This account is blocked.',
  invalid: 'Your session is no longer valid. Sign in again.',
};

interface Refusal {
  readonly message: string;
  /** Until then the server would refuse again, milliseconds since epoch. */
  readonly until: number | null;
}

function useMsUntil(until: number | null, timers: Timers): number {
  const [now, setNow] = useState(() => timers.now());
  useEffect(() => {
    if (until === null) return;
    setNow(timers.now());
    return every(timers, 1_000, () => setNow(timers.now()));
  }, [until, timers]);
  return until === null ? 0 : Math.max(0, until - now);
}

export interface SignInProps {
  readonly session: SessionStore;
  readonly timers: Timers;
  readonly reason: EndReason | null;
}

/** Sign-in and sign-up on one card. Refusals are the server's own sentences. */
export function SignIn({ session, timers, reason }: SignInProps) {
  const [mode, setMode] = useState<'sign-in' | 'sign-up'>('sign-in');
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const form = useRef<HTMLFormElement>(null);
  const waitMs = useMsUntil(refusal?.until ?? null, timers);
  const signingUp = mode === 'sign-up';
  const action = signingUp ? 'Create account' : 'Sign in';
  const notice = reason && REASONS[reason];

  useEffect(() => {
    if (mode) form.current?.querySelector('input')?.focus();
  }, [mode]);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (busy || waitMs > 0) return;
    const typed = new FormData(event.currentTarget);
    const text = (name: string) => String(typed.get(name) ?? '');
    const credentials = { username: text('username').trim(), password: text('password') };
    const name = text('name').trim();
    setBusy(true);
    setRefusal(null);
    try {
      await (signingUp
        ? session.signUp({ ...credentials, ...(name ? { name } : {}) })
        : session.signIn(credentials));
    } catch (error) {
      const retryAfterMs = error instanceof ApiError ? error.retryAfterMs : undefined;
      setRefusal({
        message: refusalOf(error, signingUp ? 'new accounts' : 'sign-in attempts'),
        until: retryAfterMs === undefined ? null : timers.now() + retryAfterMs,
      });
      setBusy(false);
    }
  }

  return (
    <main className="flex min-h-dvh items-center justify-center px-4 py-10">
      <div className="w-full max-w-sm">
        <div className="mb-6 flex items-center justify-center gap-2.5">
          <Logo className="size-8" />
          <span className="font-semibold text-xl tracking-tight">Tradecast</span>
        </div>
        <div className="rounded-lg border border-line bg-surface p-6">
          <h1 className="mb-4 font-semibold text-lg">{signingUp ? 'Create an account' : 'Sign in'}</h1>
          {notice ? (
            <p role="status" className="mb-4 rounded-md border border-warn bg-warn-soft px-3 py-2">
              {notice}
            </p>
          ) : null}
          <form ref={form} onSubmit={submit} className="flex flex-col gap-4">
            <Field
              id="username"
              label="User name"
              autoComplete="username"
              hint={signingUp ? '3 to 32 letters, digits, dots, dashes or underscores.' : undefined}
            />
            {signingUp ? (
              <Field id="name" label="Display name (optional)" autoComplete="name" required={false} />
            ) : null}
            <Field
              id="password"
              label="Password"
              type="password"
              autoComplete={signingUp ? 'new-password' : 'current-password'}
              hint={signingUp ? 'At least 10 characters.' : undefined}
            />
            <AlertBox message={refusal?.message ?? null} />
            <Button kind="primary" type="submit" className="min-h-10" aria-disabled={busy || waitMs > 0}>
              {waitMs > 0 ? `Try again in ${wait(waitMs)}` : busy ? 'One moment…' : action}
            </Button>
          </form>
        </div>
        <p className="mt-4 text-center text-muted">
          {signingUp ? 'Have an account?' : 'New here?'}{' '}
          <button
            type="button"
            className="font-medium text-accent underline underline-offset-2"
            onClick={() => {
              setMode(signingUp ? 'sign-in' : 'sign-up');
              setRefusal(null);
            }}
          >
            {signingUp ? 'Sign in' : 'Create an account'}
          </button>
        </p>
      </div>
    </main>
  );
}
