import {
  type Broker,
  BrokerBusy,
  type BrokerEvent,
  type BrokerOrder,
  BrokerRejection,
} from '../../../src/domain/trading/broker.ts';
import type { Clock } from '../../../src/lib/clock.ts';
import { decimal } from '../../../src/lib/decimal.ts';
import type { ReportedEvent } from './books.ts';

/** A stream that was cut is asked again after this. */
const RETRY_MS = 100;

/**
 * The broker stand-in as a `Broker`. What its answers mean to the port:
 *
 * - 2xx to a submit or cancel: accepted.
 * - 422 `rejected`: a clear no (BrokerRejection).
 * - 429: refused without effect (BrokerBusy).
 * - 422 `duplicate`: it has an order of this id. The look-up shows whose it is and how it stands.
 * - 5xx, 503 too, a cut and no answer at all: unknown. A proxy says 503 as well after it has passed a request on.
 * - 404 to a look-up: not there now. Anything but 200 and 404: unknown.
 *
 * Events are numbered and asked for from the last number received, so that a cut leaves no gap.
 */
export function createRemoteBroker({ url, clock }: { readonly url: string; readonly clock: Clock }): Broker {
  const listeners = new Set<(event: BrokerEvent) => void>();
  const stopped = new AbortController();
  let next: number | null = null;

  const listen = async (): Promise<void> => {
    const from = next === null ? '' : `?after=${next}`;
    const response = await fetch(`${url}/events${from}`, { signal: stopped.signal });
    if (!response.ok) throw new Error(`the broker answered ${response.status}`);
    const reported = (await response.json()) as { events: ReportedEvent[]; next: number };
    next = reported.next;
    for (const event of reported.events) for (const listener of listeners) listener(toEvent(event));
  };
  const follow = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      try {
        await listen();
      } catch {
        await new Promise<void>((resolve) => clock.after(RETRY_MS, resolve));
      }
    }
  };
  let following: Promise<void> | null = null;

  return {
    async submit(order, signal) {
      const response = await fetch(`${url}/orders`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(toWire(order)),
        signal,
      });
      const answer = (await response.json()) as { code?: string; message?: string };
      if (response.status === 422 && answer.code === 'rejected')
        throw new BrokerRejection(answer.message ?? answer.code);
      if (response.status === 429) throw new BrokerBusy('429', retryAfterMs(response));
      if (!response.ok) throw new Error(`the broker answered ${response.status} ${answer.code ?? ''}`);
    },
    async find(orderId, signal) {
      const response = await fetch(`${url}/orders/${orderId}`, { signal });
      const answer = (await response.json()) as { events: ReportedEvent[] };
      if (response.status === 404) return null;
      if (!response.ok) throw new Error(`the broker answered ${response.status}`);
      return answer.events.map(toEvent);
    },
    async cancel(orderId, signal) {
      const response = await fetch(`${url}/orders/${orderId}`, { method: 'DELETE', signal });
      await response.text();
      if (!response.ok) throw new Error(`the broker answered ${response.status}`);
    },
    async adopt() {
      if (following) return;
      // The stream comes before the look-ups, or what happens in between is missed.
      await listen();
      following = follow();
    },
    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop: () => stopped.abort(),
  };
}

const toWire = ({ boundPrice, stopPrice, ...order }: BrokerOrder): object => ({
  ...order,
  boundPrice: boundPrice.toString(),
  stopPrice: stopPrice?.toString() ?? null,
});

const toEvent = (event: ReportedEvent): BrokerEvent =>
  event.type === 'fill' ? { ...event, price: decimal(event.price) } : event;

const retryAfterMs = (response: Response): number | undefined => {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return seconds >= 0 ? seconds * 1_000 : undefined;
};
