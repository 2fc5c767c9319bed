import { type FormEvent, useEffect, useRef, useState } from 'react';
import { AlertBox } from '../../components/alert-box.tsx';
import { Button } from '../../components/button.tsx';
import { wait } from '../../lib/format.ts';
import { ApiError } from '../../lib/http.ts';
import { refusalOf } from '../../lib/refusal.ts';
import { every, type Timers } from '../../lib/timers.ts';
import type { SessionStore } from '../../stores/session.ts';
import { Field } from './field.tsx';

export type Mode = 'sign-in' | 'sign-up';

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

export interface SignInFormProps {
  readonly mode: Mode;
  readonly session: SessionStore;
  readonly timers: Timers;
}

/** Sends the credentials, once at a time; a refusal that names its end is waited for. */
function useCredentials({ mode, session, timers }: SignInFormProps) {
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const waitMs = useMsUntil(refusal?.until ?? null, timers);

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
      if (mode === 'sign-in') await session.signIn(credentials);
      else await session.signUp({ ...credentials, ...(name ? { name } : {}) });
    } catch (error) {
      const retryAfterMs = error instanceof ApiError ? error.retryAfterMs : undefined;
      const what = mode === 'sign-in' ? 'sign-in attempts' : 'new accounts';
      setRefusal({
        // The button counts the time down; a second number beside it would stand still.
        message: retryAfterMs === undefined ? refusalOf(error, what) : `Too many ${what}.`,
        until: retryAfterMs === undefined ? null : timers.now() + retryAfterMs,
      });
      setBusy(false);
    }
  }

  return { busy, waitMs, problem: refusal?.message ?? null, submit };
}

/** User name and password, for an account or for a new one. */
export function SignInForm(props: SignInFormProps) {
  const { busy, waitMs, problem, submit } = useCredentials(props);
  const form = useRef<HTMLFormElement>(null);
  const signingUp = props.mode === 'sign-up';
  const action = signingUp ? 'Create account' : 'Sign in';

  useEffect(() => {
    form.current?.querySelector('input')?.focus();
  }, []);

  return (
    <form ref={form} onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
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
      <AlertBox message={problem} />
      <Button kind="primary" type="submit" className="min-h-10" aria-disabled={busy || waitMs > 0}>
        {waitMs > 0 ? `Try again in ${wait(waitMs)}` : busy ? 'One moment…' : action}
      </Button>
    </form>
  );
}
