import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Side } from '../../../src/protocol/orders.ts';
import type { Timers } from '../lib/timers.ts';

/** An address that leads to no ticket must not fill one much later. */
const LASTS_MS = 30_000;

/** An order that another page puts into the ticket. It is filled in, never sent. */
export interface Proposal {
  readonly symbol: string;
  readonly side: Side;
  /** As the ticket has it typed. */
  readonly quantity: string;
  /** The limit beyond which the order is not filled. */
  readonly price: string;
  /** Where it comes from and what the limit is, in a sentence. */
  readonly note: string;
}

export interface ProposalStore extends StoreApi<{ readonly proposal: Proposal | null }> {
  propose(proposal: Proposal): void;
  /** The proposal for this symbol, once; null where there is none. */
  take(symbol: string): Proposal | null;
}

export function createProposalStore({ timers }: { timers: Timers }): ProposalStore {
  const store = createStore<{ proposal: Proposal | null }>(() => ({ proposal: null }));
  let madeAt = 0;
  return {
    ...store,
    propose(proposal) {
      madeAt = timers.now();
      store.setState({ proposal });
    },
    take(symbol) {
      const { proposal } = store.getState();
      if (proposal?.symbol !== symbol) return null;
      store.setState({ proposal: null });
      return timers.now() - madeAt <= LASTS_MS ? proposal : null;
    },
  };
}
