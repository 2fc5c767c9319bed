import type { Rig } from './rig.ts';

export interface Tried {
  /** When the answer was there, milliseconds since epoch: an order may wait for its first quote. */
  readonly answeredAt: number;
  readonly accepted: boolean;
  /** Of a refusal. */
  readonly code: string;
}

/** Market orders of all users over all replicas, without a break; each is written down with its answer. */
export interface OrderFlow {
  readonly tried: readonly Tried[];
  /** Sends no more; resolves when all are answered. */
  end(): Promise<void>;
}

const EVERY_MS = 100;

export function startOrderFlow({ users, symbols, slots, random }: Rig): OrderFlow {
  const tried: Tried[] = [];
  const waiting = new Set<Promise<void>>();
  const startedAt = Date.now();
  let count = 0;

  async function place(): Promise<void> {
    count += 1;
    const running = slots.filter(({ isRunning }) => isRunning);
    const answer = await fetch(`http://127.0.0.1:${random.pick(running).port}/api/orders`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        cookie: random.pick(users).cookie,
        'idempotency-key': `flow-${startedAt}-${count}`,
      },
      body: JSON.stringify({ symbol: random.pick(symbols), side: 'buy', quantity: 1, type: 'market' }),
    });
    const { code = '' } = (await answer.json()) as { code?: string };
    tried.push({ answeredAt: Date.now(), accepted: answer.ok, code });
  }
  const timer = setInterval(() => {
    // A replica that is being replaced does not answer; the next order goes elsewhere.
    const placing = place().catch(() => {});
    waiting.add(placing);
    void placing.finally(() => waiting.delete(placing));
  }, EVERY_MS);

  return {
    tried,
    async end() {
      clearInterval(timer);
      await Promise.all(waiting);
    },
  };
}
