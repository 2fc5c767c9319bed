import { type FormEvent, useState } from 'react';
import { toast } from 'sonner';
import { AlertBox } from '../../components/alert-box.tsx';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { useDesk } from '../../hooks/websocket-context.tsx';
import { ApiError } from '../../lib/http.ts';
import { refusalOf } from '../../lib/refusal.ts';
import { Field } from './field.tsx';

const NOT_THE_SAME = 'The two new passwords are not the same.';
const UNCERTAIN = 'The server did not answer, so the password may have been changed. Try again to find out.';

/** Why it was not changed, or that this is unknown. */
function problemOf(error: unknown): string {
  const unanswered = error instanceof ApiError && !error.answered;
  return unanswered ? UNCERTAIN : refusalOf(error, 'attempts');
}

function PasswordForm({ username, onDone }: { username: string; onDone: () => void }) {
  const { api } = useDesk();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

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
      onDone();
    } catch (error) {
      setProblem(problemOf(error));
      setBusy(false);
      form.querySelector<HTMLInputElement>('#current-password')?.focus();
    }
  }

  const field = { type: 'password', maxLength: 200 } as const;
  const fresh = { ...field, autoComplete: 'new-password' } as const;
  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
      {/* Lets password managers know whose password this is. */}
      <input type="text" name="username" autoComplete="username" value={username} readOnly hidden />
      <Field {...field} id="current-password" label="Current password" autoComplete="current-password" />
      <Field
        {...fresh}
        id="new-password"
        label="New password"
        minLength={10}
        hint="At least 10 characters."
      />
      <Field {...fresh} id="repeat-password" label="New password again" />
      <AlertBox message={problem} />
      <div className="flex justify-end gap-2">
        <Button onClick={onDone}>Cancel</Button>
        <Button kind="primary" type="submit" aria-disabled={busy}>
          {busy ? 'One moment…' : 'Change password'}
        </Button>
      </div>
    </form>
  );
}

/** Changes the password; every other device is signed out by that. */
export function PasswordDialog({ username, onClose }: { username: string; onClose: () => void }) {
  return (
    <Dialog
      title="Change password"
      note="You stay signed in here. All your other devices are signed out."
      onClose={onClose}
    >
      {(close) => <PasswordForm username={username} onDone={close} />}
    </Dialog>
  );
}
