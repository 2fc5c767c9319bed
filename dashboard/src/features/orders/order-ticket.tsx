import { type FormEvent, useId, useState } from 'react';
import { useStore } from 'zustand';
import type { OrderType, Side, TimeInForce } from '../../../../src/protocol/orders.ts';
import { Button } from '../../components/button.tsx';
import { Choice } from '../../components/choice.tsx';
import { Panel } from '../../components/panel.tsx';
import { SymbolSearch } from '../../components/symbol-search.tsx';
import { useDesk } from '../../hooks/desk-context.tsx';
import { useFreshness } from '../../hooks/use-freshness.ts';
import { useSymbols } from '../../hooks/websocket-context.tsx';
import { money, quantity as shares } from '../../lib/format.ts';
import { newKey } from '../../lib/random.ts';
import { BidLastAsk } from './bid-last-ask.tsx';
import { NumberField } from './number-field.tsx';
import { OrderResult } from './order-result.tsx';
import { createSubmission, type Outcome } from './submission.ts';
import {
  actionOf,
  blockOf,
  type Circumstances,
  EMPTY_TICKET,
  estimate,
  readTicket,
  type Ticket,
  warningOf,
} from './ticket.ts';

const SIDES = [
  { value: 'buy', label: 'Buy', selectedClass: 'bg-up-soft text-up' },
  { value: 'sell', label: 'Sell', selectedClass: 'bg-down-soft text-down' },
] as const satisfies readonly { value: Side; label: string; selectedClass: string }[];
const TYPES = [
  { value: 'market', label: 'Market' },
  { value: 'limit', label: 'Limit' },
  { value: 'stop', label: 'Stop' },
] as const satisfies readonly { value: OrderType; label: string }[];

function Row({ label, value }: { label: string; value: string }) {
  return (
    <div className="flex justify-between gap-4">
      <dt className="text-muted">{label}</dt>
      <dd className="font-medium">{value}</dd>
    </div>
  );
}

/** What is to be bought or sold, what it would cost, and what became of it. */
export function OrderTicket() {
  const { placeOrder, orders, view, quotes, portfolio, market } = useDesk();
  const id = useId();
  const [typed, setTyped] = useState<Ticket>(EMPTY_TICKET);
  const [busy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [unsettled, setUnsettled] = useState<string | null>(null);
  // State and not a memo, which React may forget: it holds the key of an order that may exist already.
  const [submission] = useState(() => createSubmission({ placeOrder, newKey }));
  const chosen = useStore(view, (state) => state.symbol);
  const symbol = unsettled === null ? chosen : null;
  const quote = useStore(quotes, ({ bySymbol }) => (symbol ? bySymbol[symbol] : undefined));
  const buyingPower = useStore(portfolio, (state) => state.portfolio?.buyingPower ?? null);
  const external = useStore(portfolio, (state) => state.portfolio?.source === 'external');
  const held = useStore(
    portfolio,
    (state) => state.portfolio?.positions.find((position) => position.symbol === symbol)?.quantity ?? 0,
  );
  const frozen = useFreshness() === 'frozen';
  const status = useStore(market, (state) => state.status);
  useSymbols(chosen ? [chosen] : []);

  const ticket: Ticket = { ...typed, symbol };
  const read = readTicket(ticket);
  const buying = ticket.side === 'buy';
  const cost = read.ok ? estimate(read.value, quote) : null;
  const circumstances: Circumstances = { unsettled, external, market: status, quote, buyingPower, held };
  const blocked = blockOf(read, circumstances);
  const warning = warningOf(ticket, read, circumstances);
  const retrying = outcome?.kind === 'uncertain';

  function change(part: Partial<Ticket>) {
    if (busy) return;
    setTyped((before) => ({ ...before, ...part }));
    setOutcome(null);
  }

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (busy || blocked || !read.ok) return;
    setBusy(true);
    const result = await submission.submit(read.value);
    setBusy(false);
    setOutcome(result);
    if (result.kind !== 'accepted') return;
    orders.apply(result.order);
    setTyped((before) => ({ ...before, quantity: '' }));
  }

  return (
    <Panel id="ticket" title="Order">
      <form onSubmit={submit} className="flex flex-col gap-3 p-3 sm:p-4" noValidate>
        <SymbolSearch
          label="Symbol"
          showLabel
          placeholder="Symbol or company"
          value={chosen ?? ''}
          onSelect={(picked) => {
            view.select(picked);
            setOutcome(null);
          }}
          onUnsettled={setUnsettled}
          readOnly={busy}
        />
        <BidLastAsk quote={quote} notLive={frozen || quote?.state === 'stale'} />
        <Choice
          label="Side"
          hideLabel
          value={ticket.side}
          options={SIDES}
          onChange={(side) => change({ side })}
        />
        <Choice
          label="Type"
          hideLabel
          value={ticket.type}
          options={TYPES}
          onChange={(type) => change({ type })}
        />
        <div className="grid grid-cols-2 gap-3">
          <NumberField
            label="Quantity"
            inputMode="numeric"
            value={ticket.quantity}
            onChange={(quantity) => change({ quantity })}
            readOnly={busy}
          />
          {ticket.type === 'market' ? (
            <div>
              <p className="mb-1 text-muted text-xs">Price</p>
              <p className="flex h-9 items-center justify-end rounded-md bg-raised px-2.5 text-muted max-sm:h-10.5">
                Market
              </p>
            </div>
          ) : (
            <NumberField
              label={ticket.type === 'limit' ? 'Limit price' : 'Stop price'}
              inputMode="decimal"
              value={ticket.price}
              onChange={(price) => change({ price })}
              readOnly={busy}
            />
          )}
        </div>
        <div>
          <label htmlFor={`${id}-tif`} className="mb-1 block text-muted text-xs">
            Time in force
          </label>
          <select
            id={`${id}-tif`}
            value={ticket.timeInForce}
            onChange={(event) => change({ timeInForce: event.target.value as TimeInForce })}
            aria-disabled={busy}
            className="field"
          >
            <option value="day">Day</option>
            <option value="gtc">Good till cancelled</option>
          </select>
        </div>
        <dl className="flex flex-col gap-1">
          <Row label={buying ? 'Estimated cost' : 'Estimated proceeds'} value={money(cost)} />
          {buying ? (
            <Row label="Buying power" value={money(buyingPower)} />
          ) : (
            <Row label="You hold" value={shares(held)} />
          )}
        </dl>
        <Button
          kind={buying ? 'buy' : 'sell'}
          type="submit"
          className="min-h-10"
          // A disabled button would drop the focus of whoever has just pressed it.
          aria-disabled={busy || blocked !== null}
          aria-describedby={`${id}-why`}
        >
          {busy ? 'Sending…' : actionOf(ticket, read, retrying)}
        </Button>
        <p
          id={`${id}-why`}
          className={`min-h-5 text-xs ${unsettled !== null || (warning && !blocked) ? 'text-warn' : 'text-muted'}`}
        >
          {blocked ?? warning ?? ''}
        </p>
        <div role="status" className="contents">
          <OrderResult outcome={outcome} />
        </div>
      </form>
    </Panel>
  );
}
