import { type FormEvent, useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { isContract } from '../../../../src/protocol/symbol.ts';
import { useSharedStores } from '../../hooks/shared-stores.tsx';
import { useTradingStores } from '../../hooks/trading-stores.tsx';
import { useSubjects } from '../../hooks/use-topic.ts';
import { useDesk } from '../../hooks/websocket-context.tsx';
import { newKey } from '../../lib/random.ts';
import type { Proposal } from '../../stores/proposal.ts';
import { createSubmission, type Outcome } from './submission.ts';
import { EMPTY_TICKET, readTicket, type Ticket } from './ticket.ts';
import { useCircumstances } from './use-circumstances.ts';

/** Fills the ticket with what another page proposes for the symbol that it shows; an order under way is left alone. */
function useProposal(chosen: string | null, busy: boolean, fill: (proposal: Proposal) => void) {
  const { proposal: proposals } = useSharedStores();
  const proposed = useStore(proposals, (state) => state.proposal);
  useEffect(() => {
    if (proposed === null || chosen === null || busy) return;
    const taken = proposals.take(chosen);
    if (taken) fill(taken);
  });
}

/** What was typed, whether it can be sent, and what became of it. */
export function useOrderForm() {
  const { placeOrder } = useDesk();
  const { orders } = useSharedStores();
  const { view } = useTradingStores();
  const [typed, setTyped] = useState<Ticket>(EMPTY_TICKET);
  const [busy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  /** The proposal that the ticket was filled with; null once the reader has another in mind. */
  const [filled, setFilled] = useState<Proposal | null>(null);
  const [unsettled, setUnsettled] = useState<string | null>(null);
  // State and not a memo, which React may forget: it holds the key of an order that may exist already.
  const [submission] = useState(() => createSubmission({ placeOrder, newKey }));
  const chosen = useStore(view, (state) => state.symbol);
  const symbol = unsettled === null ? chosen : null;
  const circumstances = useCircumstances(symbol, unsettled);
  // The chart keeps the updates of a contract coming, which cannot be ordered.
  useSubjects('quote', chosen && !isContract(chosen) ? [chosen] : []);

  useProposal(chosen, busy, (proposal) => {
    const { side, quantity, price } = proposal;
    setTyped((before) => ({ ...before, side, quantity, price, type: 'limit' }));
    setOutcome(null);
    setFilled(proposal);
  });

  const ticket: Ticket = { ...typed, symbol };
  const read = readTicket(ticket);

  return {
    ticket,
    read,
    circumstances,
    chosen,
    busy,
    outcome,
    proposal: filled?.symbol === symbol ? filled : null,
    setUnsettled,
    choose(picked: string) {
      view.choose(picked);
      setOutcome(null);
    },
    change(part: Partial<Ticket>) {
      if (busy) return;
      setTyped((before) => ({ ...before, ...part }));
      setOutcome(null);
      if (part.quantity === undefined) setFilled(null);
    },
    async submit(event: FormEvent, blocked: string | null) {
      event.preventDefault();
      if (busy || blocked !== null || !read.ok) return;
      setBusy(true);
      const result = await submission.submit(read.value);
      setBusy(false);
      setOutcome(result);
      if (result.kind !== 'accepted') return;
      orders.apply(result.order);
      setTyped((before) => ({ ...before, quantity: '' }));
      setFilled(null);
    },
  };
}
