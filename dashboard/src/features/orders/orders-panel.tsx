import { memo, useMemo, useState } from 'react';
import { useStore } from 'zustand';
import type { OrderStatus } from '../../../../src/protocol/order-status.ts';
import type { OrderPayload, TimeInForce } from '../../../../src/protocol/orders.ts';
import { Button } from '../../components/button.tsx';
import { Choice } from '../../components/choice.tsx';
import { Message } from '../../components/message.tsx';
import { Panel } from '../../components/panel.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { useSharedStores } from '../../hooks/shared-stores.tsx';
import { useFocusHeir } from '../../hooks/use-focus-heir.ts';
import { useDesk } from '../../hooks/websocket-context.tsx';
import { averagePrice, momentOf, quantity, typedPrice } from '../../lib/format.ts';
import { instrumentWords } from '../../lib/instrument-words.ts';
import { REASONS } from '../../lib/order-reasons.ts';
import { refusalOf } from '../../lib/refusal.ts';
import { asWords, textFor } from '../../lib/words.ts';
import { isOpen, newestFirst } from '../../stores/orders.ts';
import type { TradeEntry } from '../../stores/trades.ts';

const STATUSES: Record<OrderStatus, string> = {
  accepted: 'Accepted',
  submitting: 'Sending',
  working: 'Working',
  partially_filled: 'Partially filled',
  filled: 'Filled',
  cancelled: 'Cancelled',
  expired: 'Expired',
  denied: 'Refused',
  rejected: 'Rejected',
};
/** The history is in Activity; here it is a reminder. */
const MAX_DONE = 30;

type Shown = 'open' | 'done';
const CHOICES = [
  { value: 'open', label: 'Open' },
  { value: 'done', label: 'Done' },
] as const;

const TIMES: Record<TimeInForce, string> = { day: 'day', gtc: 'GTC' };

/** `Limit 230.00, day` */
function terms({ type, limitPrice, stopPrice, timeInForce }: OrderPayload): string {
  const prices = [limitPrice, stopPrice].filter((each) => each !== undefined).map(typedPrice);
  return `${[asWords(type), ...prices].join(' ')}, ${textFor(TIMES, timeInForce)}`;
}

function Cancel({ order }: { order: OrderPayload }) {
  const { api } = useDesk();
  const { orders } = useSharedStores();
  const button = useFocusHeir();
  const [asking, setAsking] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  async function cancel() {
    if (asking) return;
    setAsking(true);
    setProblem(null);
    try {
      orders.apply(await api.cancelOrder(order.id));
    } catch (error) {
      setProblem(refusalOf(error, 'orders at once'));
    }
    setAsking(false);
  }

  return (
    <>
      <Button
        ref={button}
        className="px-2 py-1"
        aria-disabled={asking}
        aria-label={`Cancel ${order.side} ${quantity(order.quantity)} ${instrumentWords(order.symbol)}`}
        onClick={() => void cancel()}
      >
        {asking ? 'Cancelling…' : 'Cancel'}
      </Button>
      {problem ? (
        <span role="alert" className="mt-1 block max-w-40 text-down text-xs">
          {problem}
        </span>
      ) : null}
    </>
  );
}

/** The sentence with which the order failed, as Activity has it; undefined where that is not among the newest. */
function useRefusal(orderId: string): string | undefined {
  const { trades } = useSharedStores();
  return useStore(
    trades,
    ({ entries }) =>
      entries.find(
        (entry): entry is Extract<TradeEntry, { event: 'trade:failed' }> =>
          entry.event === 'trade:failed' && entry.payload.orderId === orderId,
      )?.payload.error,
  );
}

const OrderRow = memo(function OrderRow({ order }: { order: OrderPayload }) {
  const { timers } = useDesk();
  const { side, symbol, filledQuantity, status, reason } = order;
  const refusal = useRefusal(order.id);
  return (
    <tr className="border-line border-t align-top">
      <th scope="row" className="py-2 pr-2 pl-3 text-left font-normal sm:pl-4">
        <span className={`font-semibold ${side === 'buy' ? 'text-up' : 'text-down'}`}>{asWords(side)}</span>{' '}
        <span className="font-semibold">
          {quantity(order.quantity)} {instrumentWords(symbol)}
        </span>
        <span className="block text-muted text-xs">{terms(order)}</span>
      </th>
      <td className="px-2 py-2">
        {textFor(STATUSES, status)}
        {filledQuantity > 0 ? (
          <span className="block text-muted text-xs">
            {quantity(filledQuantity)} at {averagePrice(order.averageFillPrice, symbol)}
            {order.fillBasis === 'last-trade' ? ', the last trade' : ''}
          </span>
        ) : null}
        <span className="block text-muted text-xs">
          {momentOf(isOpen(order) ? order.createdAt : order.updatedAt, timers.now())}
        </span>
        {reason && status !== 'cancelled' ? (
          <span className="block text-muted text-xs">{refusal ?? textFor(REASONS, reason)}</span>
        ) : null}
      </td>
      <td className="py-2 pr-3 pl-2 text-right sm:pr-4">{isOpen(order) ? <Cancel order={order} /> : null}</td>
    </tr>
  );
});

/** Asks for the open orders behind the last one that is listed. */
function Older() {
  const { orders } = useSharedStores();
  const [asking, setAsking] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  async function load() {
    if (asking) return;
    setAsking(true);
    setProblem(null);
    try {
      await orders.loadOlder();
    } catch (error) {
      setProblem(refusalOf(error, 'lists at once'));
    }
    setAsking(false);
  }

  return (
    <div className="border-line border-t p-3 text-center">
      <Button className="px-2 py-1" aria-disabled={asking} onClick={() => void load()}>
        {asking ? 'Loading…' : 'Show older open orders'}
      </Button>
      {problem ? (
        <span role="alert" className="mt-1 block text-down text-xs">
          {problem}
        </span>
      ) : null}
    </div>
  );
}

export function OrdersPanel() {
  const { orders } = useSharedStores();
  const { status, byId, olderFrom } = useStore(orders);
  const [shown, setShown] = useState<Shown>('open');
  const sorted = useMemo(() => Object.values(byId).sort(newestFirst), [byId]);
  const listed =
    shown === 'open' ? sorted.filter(isOpen) : sorted.filter((order) => !isOpen(order)).slice(0, MAX_DONE);

  return (
    <Panel
      id="orders"
      title="Orders"
      aside={
        <div className="w-36">
          <Choice label="Which orders" hideLabel value={shown} options={CHOICES} onChange={setShown} />
        </div>
      }
    >
      {status === 'failed' ? (
        <Message
          tone="problem"
          title="The orders could not be loaded"
          action={{ label: 'Try again', run: () => void orders.load() }}
        />
      ) : null}
      {status === 'loading' && listed.length === 0 ? <SkeletonRows rows={2} label="Loading orders" /> : null}
      {status === 'ready' && listed.length === 0 ? (
        <Message title={shown === 'open' ? 'No open orders' : 'No finished orders'} />
      ) : null}
      {listed.length > 0 || olderFrom !== null ? (
        <div className="max-h-80 overflow-y-auto">
          <table className="w-full">
            <caption className="sr-only">{shown === 'open' ? 'Open orders' : 'Finished orders'}</caption>
            <thead className="sr-only">
              <tr>
                <th scope="col">Order</th>
                <th scope="col">Status</th>
                <td />
              </tr>
            </thead>
            <tbody>
              {listed.map((order) => (
                <OrderRow key={order.id} order={order} />
              ))}
            </tbody>
          </table>
          {shown === 'open' && olderFrom !== null ? <Older key={olderFrom} /> : null}
        </div>
      ) : null}
    </Panel>
  );
}
