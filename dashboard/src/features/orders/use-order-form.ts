import { type FormEvent, useState } from 'react';
import { useStore } from 'zustand';
import { isContract } from '../../../../src/protocol/symbol.ts';
import { useSharedStores } from '../../hooks/shared-stores.tsx';
import { useTradingStores } from '../../hooks/trading-stores.tsx';
import { useSubjects } from '../../hooks/use-topic.ts';
import { useDesk } from '../../hooks/websocket-context.tsx';
import { newKey } from '../../lib/random.ts';
import { createSubmission, type Outcome } from './submission.ts';
import { EMPTY_TICKET, readTicket, type Ticket } from './ticket.ts';
import { useCircumstances } from './use-circumstances.ts';

/** What was typed, whether it can be sent, and what became of it. */
export function useOrderForm() {
  const { placeOrder } = useDesk();
  const { orders } = useSharedStores();
  const { view } = useTradingStores();
  const [typed, setTyped] = useState<Ticket>(EMPTY_TICKET);
  const [busy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [unsettled, setUnsettled] = useState<string | null>(null);
  // State and not a memo, which React may forget: it holds the key of an order that may exist already.
  const [submission] = useState(() => createSubmission({ placeOrder, newKey }));
  const chosen = useStore(view, (state) => state.symbol);
  const symbol = unsettled === null ? chosen : null;
  const circumstances = useCircumstances(symbol, unsettled);
  // The chart keeps the updates of a contract coming, which cannot be ordered.
  useSubjects('quote', chosen && !isContract(chosen) ? [chosen] : []);

  const ticket: Ticket = { ...typed, symbol };
  const read = readTicket(ticket);

  return {
    ticket,
    read,
    circumstances,
    chosen,
    busy,
    outcome,
    setUnsettled,
    choose(picked: string) {
      view.choose(picked);
      setOutcome(null);
    },
    change(part: Partial<Ticket>) {
      if (busy) return;
      setTyped((before) => ({ ...before, ...part }));
      setOutcome(null);
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
    },
  };
}
