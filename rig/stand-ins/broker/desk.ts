import { type BrokerBooks, createBrokerBooks, type ReportedEvent, type SentOrder } from './books.ts';
import { type OrderScript, PLAIN } from './script.ts';

/** What the broker does to its books, and what it reports of that, each order by its script. */
export interface StandInDesk {
  readonly books: BrokerBooks;
  script(orderId: string, script: Partial<OrderScript>): void;
  scriptOf(orderId: string): OrderScript;
  /** 200, or 422 where it has an order of this id. */
  submit(order: SentOrder): number;
  /** 202, 404 where it has no such order, 422 where the order has ended. */
  cancel(orderId: string): number;
  /** How often an order was accepted as a new one. */
  taken(orderId: string): number;
  /** Everything reported so far; the place in it is the number of an event. */
  readonly reported: readonly ReportedEvent[];
  /** Resolves when there is more than `count`, or after `heldMs`. */
  more(count: number, heldMs: number): Promise<void>;
  /** Ends all waiting. */
  release(): void;
}

export function createDesk(): StandInDesk {
  const books = createBrokerBooks();
  const scripts = new Map<string, Partial<OrderScript>>();
  const taken = new Map<string, number>();
  const reported: ReportedEvent[] = [];
  const waiting = new Set<() => void>();
  const scriptOf = (orderId: string): OrderScript => ({ ...PLAIN, ...scripts.get(orderId) });
  const release = (): void => {
    for (const answer of waiting) answer();
    waiting.clear();
  };

  /** Applies `change` to an order and reports what came of it. */
  function report(orderId: string, change: () => void): void {
    const before = books.events(orderId)?.length ?? 0;
    change();
    const happened = books.events(orderId)?.slice(before) ?? [];
    const { reportTimes, backwards } = scriptOf(orderId);
    for (const event of backwards ? happened.toReversed() : happened)
      for (let time = 0; time < reportTimes; time++) reported.push(event);
    release();
  }

  return {
    books,
    scriptOf,
    script: (orderId, script) => void scripts.set(orderId, script),
    submit(order) {
      if (books.events(order.id)) return 422;
      taken.set(order.id, (taken.get(order.id) ?? 0) + 1);
      report(order.id, () => {
        books.take(order);
        for (const quantity of scriptOf(order.id).fills) books.fill(order.id, quantity);
      });
      return 200;
    },
    cancel(orderId) {
      if (!books.events(orderId)) return 404;
      report(orderId, () => {
        for (const quantity of scriptOf(orderId).fillsBeforeCancel) books.fill(orderId, quantity);
      });
      let done = false;
      report(orderId, () => {
        done = books.cancel(orderId);
      });
      return done ? 202 : 422;
    },
    taken: (orderId) => taken.get(orderId) ?? 0,
    reported,
    async more(count, heldMs) {
      if (count < reported.length) return;
      await new Promise<void>((resolve) => {
        waiting.add(resolve);
        setTimeout(resolve, heldMs).unref();
      });
    },
    release,
  };
}
