import type { Clock } from '../../../lib/clock.ts';
import type { Broker } from '../broker.ts';

/** A broker that has not answered by then may or may not have the order. */
export const ANSWER_TIMEOUT_MS = 5_000;

export type TimedBroker = Pick<Broker, 'submit' | 'find' | 'cancel' | 'adopt'>;

/** The requests of a broker, each given up after ANSWER_TIMEOUT_MS: it fails, and then its signal aborts. */
export function createTimedBroker(broker: Broker, clock: Clock): TimedBroker {
  const answered = <T>(ask: (signal: AbortSignal) => Promise<T>): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      const given = new AbortController();
      const cancel = clock.after(ANSWER_TIMEOUT_MS, () => {
        reject(new Error('the broker did not answer in time'));
        given.abort();
      });
      ask(given.signal).then(resolve, reject).finally(cancel);
    });

  return {
    submit: (order) => answered((signal) => broker.submit(order, signal)),
    find: (orderId) => answered((signal) => broker.find(orderId, signal)),
    cancel: (orderId) => answered((signal) => broker.cancel(orderId, signal)),
    adopt: (orders) => answered(() => broker.adopt(orders)),
  };
}
