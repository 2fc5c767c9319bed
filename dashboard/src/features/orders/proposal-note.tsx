import { useEffect, useRef } from 'react';
import { isPastGuard, type Priced } from '../../lib/price-guard.ts';
import type { Proposal } from '../../stores/proposal.ts';

/** Where the ticket's order comes from, and whether the market has left its limit behind. It comes into sight. */
export function ProposalNote({ proposal, present }: { proposal: Proposal; present: Priced | undefined }) {
  const note = useRef<HTMLParagraphElement>(null);
  // What is still loading above it may grow: the note keeps its distance from the edge.
  // biome-ignore lint/correctness/useExhaustiveDependencies: each proposal is shown to the reader who asked for it
  useEffect(() => {
    note.current?.scrollIntoView({ block: 'nearest' });
  }, [proposal]);
  return (
    <p ref={note} className="scroll-my-40 rounded-md border border-accent bg-accent-soft px-3 py-2">
      {proposal.note} Nothing is sent before you press the button.
      {isPastGuard(proposal, present) ? (
        <span className="block text-warn">The market is past this limit now: the order would wait.</span>
      ) : null}
    </p>
  );
}
