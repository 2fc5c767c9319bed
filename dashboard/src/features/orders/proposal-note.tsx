import { isPastGuard, type Priced } from '../../lib/price-guard.ts';
import type { Proposal } from '../../stores/proposal.ts';

/** Where the ticket's order comes from, and whether the market has left its limit behind. */
export function ProposalNote({ proposal, present }: { proposal: Proposal; present: Priced | undefined }) {
  return (
    <p className="rounded-md border border-accent bg-accent-soft px-3 py-2">
      {proposal.note} Nothing is sent before you press the button.
      {isPastGuard(proposal, present) ? (
        <span className="block text-warn">The market is past this limit now: the order would wait.</span>
      ) : null}
    </p>
  );
}
