/** The ports of trading behind wrappers that report every call: a test sees the order of effects from outside. */
import type { Bus } from '../../src/domain/bus/bus.ts';
import type { Appended, JournalRecord } from '../../src/domain/journal/journal.ts';
import { journalTopic } from '../../src/domain/journal/topics.ts';
import type { Broker } from '../../src/domain/trading/broker.ts';
import type { Ledger } from '../../src/domain/trading/ledger.ts';

/** One side of one call. `begun`: the call has left and is not answered; `failed`: it threw or was given up. */
export interface Border {
  /** The method; of a journal event also its name and status: `publish order:update filled`. */
  readonly call: string;
  readonly side: 'before' | 'begun' | 'done' | 'failed';
  /** The orders it concerns; null where only the answer names them. */
  readonly orderIds: readonly string[] | null;
}

/** Called synchronously: nothing else in the process happens meanwhile. */
export type Watch = (border: Border) => void;

interface Call<Answer> {
  readonly call: string;
  /** Null where only the answer names the orders. */
  readonly orderIds: readonly string[] | null;
  readonly idsOf?: (answer: Answer) => readonly string[];
  /** Its abort is the end of the call: the caller waits no longer. */
  readonly signal?: AbortSignal;
}

const ids = (orders: readonly { readonly id: string }[]): string[] => orders.map(({ id }) => id);

/** The calls that the engine makes; those of a request are passed on unseen. */
export function watchLedger(ledger: Ledger, watch: Watch): Ledger {
  const { place, requestCancel, orders, holdings, tradedSymbols, fractionSymbols, isHalted } = ledger;
  const seen = observe(watch);
  return {
    ...{ place, requestCancel, orders, holdings, tradedSymbols, fractionSymbols, isHalted },
    claim: (...args) =>
      seen({ call: 'claim', orderIds: null, idsOf: (answer) => ids(answer.orders) }, () =>
        ledger.claim(...args),
      ),
    settled: (...args) => seen({ call: 'settled', orderIds: [] }, () => ledger.settled(...args)),
    openOrders: (...args) =>
      seen({ call: 'openOrders', orderIds: null, idsOf: ({ orders }) => ids(orders) }, () =>
        ledger.openOrders(...args),
      ),
    ending: (...args) => seen({ call: 'ending', orderIds: null, idsOf: ids }, () => ledger.ending(...args)),
    settle: (fencing, events) =>
      seen({ call: 'settle', orderIds: [...new Set(events.map(({ orderId }) => orderId))] }, () =>
        ledger.settle(fencing, events),
      ),
    split: (...args) => seen({ call: 'split', orderIds: [] }, () => ledger.split(...args)),
    sellFractions: (...args) =>
      seen({ call: 'sellFractions', orderIds: [] }, () => ledger.sellFractions(...args)),
    halt: (...args) => seen({ call: 'halt', orderIds: [] }, () => ledger.halt(...args)),
  };
}

export function watchBroker(broker: Broker, watch: Watch): Broker {
  const seen = observe(watch);
  return {
    submit: (order, signal) =>
      seen({ call: 'submit', orderIds: [order.id], signal }, () => broker.submit(order, signal)),
    find: (orderId, signal) =>
      seen({ call: 'find', orderIds: [orderId], signal }, () => broker.find(orderId, signal)),
    cancel: (orderId, signal) =>
      seen({ call: 'cancel', orderIds: [orderId], signal }, () => broker.cancel(orderId, signal)),
    adopt: (orders) => seen({ call: 'adopt', orderIds: ids(orders) }, () => broker.adopt(orders)),
    onEvent: (listener) => broker.onEvent(listener),
    ...(broker.onGap && { onGap: (listener: () => void) => broker.onGap?.(listener) ?? (() => {}) }),
    stop: () => broker.stop(),
  };
}

export const watchBus = (bus: Bus, watch: Watch): Bus => ({
  publish(topic, message) {
    const calls =
      topic.name === journalTopic.name
        ? (message as Appended).records.map(publishing)
        : [{ call: `publish ${topic.name}`, orderIds: [] }];
    for (const call of calls) watch({ ...call, side: 'before' });
    bus.publish(topic, message);
    for (const call of calls) watch({ ...call, side: 'done' });
  },
  subscribe: (topic, listener) => bus.subscribe(topic, listener),
});

function publishing(record: JournalRecord): Pick<Border, 'call' | 'orderIds'> {
  if (record.event === 'order:update')
    return { call: `publish ${record.event} ${record.payload.status}`, orderIds: [record.payload.id] };
  const orderId = record.event === 'position:adjusted' ? undefined : record.payload.orderId;
  return { call: `publish ${record.event}`, orderIds: [orderId ?? ''] };
}

const observe =
  (watch: Watch) =>
  <Answer>(
    { call, orderIds, idsOf, signal }: Call<Answer>,
    begin: () => Promise<Answer>,
  ): Promise<Answer> => {
    watch({ call, side: 'before', orderIds });
    const answer = begin();
    watch({ call, side: 'begun', orderIds });
    let over = false;
    const end = (side: 'done' | 'failed', named: readonly string[]): void => {
      if (!over) watch({ call, side, orderIds: named });
      over = true;
    };
    const fail = (): void => end('failed', orderIds ?? []);
    signal?.addEventListener('abort', fail, { once: true });
    return answer.then(
      (value) => {
        end('done', idsOf?.(value) ?? orderIds ?? []);
        return value;
      },
      (error: unknown) => {
        fail();
        throw error;
      },
    );
  };
