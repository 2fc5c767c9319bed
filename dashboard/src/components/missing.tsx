import { UNKNOWN } from '../lib/format.ts';

/** What is not known is a dash, with its reason for pointers and screen readers. */
export function Missing({ reason }: { reason: string }) {
  return (
    <span title={reason} className="text-muted">
      <span aria-hidden="true">{UNKNOWN}</span>
      <span className="sr-only">{reason}</span>
    </span>
  );
}
