import { Message } from './message.tsx';

/** What a member sees in place of a page of administrators. */
export function ForAdministrators() {
  return (
    <Message tone="problem" title="This page is for administrators">
      Your account has no administrator rights. An administrator can grant them.
    </Message>
  );
}
