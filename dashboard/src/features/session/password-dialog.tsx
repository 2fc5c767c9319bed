import { type FormEvent, useEffect, useRef, useState } from 'react';
import { toast } from 'sonner';
import { AlertBox } from '../../components/alert-box.tsx';
import { Button } from '../../components/button.tsx';
import { useDesk } from '../../hooks/websocket-context.tsx';
import { ApiError } from '../../lib/api.ts';
import { refusalOf } from '../../lib/refusal.ts';
import { Field } from './field.tsx';

const NOT_THE_SAME = 'The two new passwords are not the same.';
const UNCERTAIN = 'The server did not answer, so the password may have been changed. Try again to find out.';

/** Why it was not changed, or that nobody knows. */
function problemOf(error: unknown): string {
  const unanswered = error instanceof ApiError && !error.answered;
  return unanswered ? UNCERTAIN : refusalOf(error, 'attempts');
}

/** Changes the password; every other device is signed out by that. */
export function PasswordDialog({ username, onClose }: { username: string; onClose: () => void }) {
  const { api } = useDesk();
  const dialog = useRef<HTMLDialogElement>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  // The browser's own dialog: it keeps the focus and needs no style element to lock the page.
  useEffect(() => dialog.current?.showModal(), []);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (busy) return;
    const form = event.currentTarget;
    const typed = new FormData(form);
    const text = (name: string) => String(typed.get(name) ?? '');
    const [currentPassword, newPassword] = [text('current-password'), text('new-password')];
    if (newPassword !== text('repeat-password')) {
      setProblem(NOT_THE_SAME);
      form.querySelector<HTMLInputElement>('#repeat-password')?.focus();
      return;
    }
    setBusy(true);
    setProblem(null);
    try {
      await api.changePassword({ currentPassword, newPassword });
      toast.success('Password changed', { description: 'Your other devices are signed out.' });
      dialog.current?.close();
    } catch (error) {
      setProblem(problemOf(error));
      setBusy(false);
      form.querySelector<HTMLInputElement>('#current-password')?.focus();
    }
  }

  return (
    <dialog
      ref={dialog}
      aria-labelledby="password-title"
      aria-describedby="password-note"
      onClose={onClose}
      className="m-auto w-full max-w-sm rounded-lg border border-line-strong bg-surface p-5 text-ink backdrop:bg-black/50"
    >
      <h2 id="password-title" className="mb-1 font-semibold text-base">
        Change password
      </h2>
      <p id="password-note" className="mb-4 text-muted">
        You stay signed in here. All your other devices are signed out.
      </p>
      <form onSubmit={submit} className="flex flex-col gap-4">
        {/* Tells password managers whose password this is. */}
        <input type="text" name="username" autoComplete="username" value={username} readOnly hidden />
        <Field
          id="current-password"
          label="Current password"
          type="password"
          autoComplete="current-password"
          maxLength={200}
        />
        <Field
          id="new-password"
          label="New password"
          type="password"
          autoComplete="new-password"
          minLength={10}
          maxLength={200}
          hint="At least 10 characters."
        />
        <Field
          id="repeat-password"
          label="New password again"
          type="password"
          autoComplete="new-password"
          maxLength={200}
        />
        <AlertBox message={problem} />
        <div className="flex justify-end gap-2">
          <Button onClick={() => dialog.current?.close()}>Cancel</Button>
          <Button kind="primary" type="submit" aria-disabled={busy}>
            {busy ? 'One moment…' : 'Change password'}
          </Button>
        </div>
      </form>
    </dialog>
  );
}
