import { quantity as shares } from '../../lib/format.ts';
import { instrumentWords } from '../../lib/instrument-words.ts';
import type { Outcome } from './submission.ts';

/** What became of the last submission. */
export function OrderResult({ outcome }: { outcome: Outcome | null }) {
  if (!outcome) return null;
  if (outcome.kind === 'accepted') {
    const { side, quantity, symbol } = outcome.order;
    return (
      <p className="rounded-md border border-up bg-up-soft px-3 py-2">
        Order accepted: {side} {shares(quantity)} {instrumentWords(symbol)}.
      </p>
    );
  }
  if (outcome.kind === 'refused') {
    return (
      <p className="rounded-md border border-down bg-down-soft px-3 py-2">Order refused. {outcome.message}</p>
    );
  }
  return (
    <p className="rounded-md border border-warn bg-warn-soft px-3 py-2">
      {outcome.message} The order may have been placed. Sending it again is safe: it cannot be placed twice.
    </p>
  );
}
