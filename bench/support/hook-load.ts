import { tradeHook } from '../../rig/clients/hooks.ts';
import { connected } from '../../rig/clients/stock-client.ts';
import { createHistogram, type Histogram } from '../../rig/histogram.ts';
import type { SeededUser } from '../../rig/seed.ts';
import { pass } from './case.ts';
import { ask, openClient, sendHook } from './trader.ts';

export const HOOKS_PER_SECOND = 100;
const WARM_UP = 300;
const MEASURED = 2_000;
const MEASURED_QUICK = 50;

export interface HookLoad {
  /** Where hooks are sent to, and where the clients are. */
  readonly sendTo: number;
  readonly listenAt: number;
  readonly users: readonly SeededUser[];
  readonly quick: boolean;
  /** Called when the first is about to be sent, and when all have arrived. */
  readonly onBegin?: () => Promise<void>;
  readonly onEnd?: () => Promise<void>;
}

/**
 * Signed trade reports at a steady pace, whether or not the last one has been answered, to each user in turn; a
 * stock client of each listens. Milliseconds run from the moment a report was due to its `trade:executed`.
 */
export async function measureHooks(load: HookLoad): Promise<Histogram> {
  const requests = (load.quick ? MEASURED_QUICK : MEASURED) + WARM_UP;
  const clients = load.users.map((user) => openClient(load.listenAt, user));
  const latencies = createHistogram();
  try {
    await Promise.all(clients.map(connected));
    const due = new Map<string, number>();
    const arrived = new Promise<void>((resolve) => {
      let count = 0;
      for (const client of clients)
        client.on('trade:executed', ({ id }) => {
          const number = Number(id.slice(id.lastIndexOf('-') + 1));
          if (number >= WARM_UP) latencies.record(performance.now() - due.get(id)!);
          count += 1;
          if (count === requests) resolve();
        });
    });
    await Promise.all(clients.map((client) => ask(client, 'subscribe:trades')));
    await load.onBegin?.();
    const answers: Promise<void>[] = [];
    const startedAt = performance.now();
    for (let number = 0; number < requests; number++) {
      const dueAt = startedAt + (number * 1_000) / HOOKS_PER_SECOND;
      const wait = dueAt - performance.now();
      if (wait > 0) await pass(wait);
      const id = `trade-${number}`;
      due.set(id, dueAt);
      const { userId } = load.users[number % load.users.length]!;
      answers.push(sendHook(load.sendTo, '/hooks/trades', tradeHook(userId, id)));
    }
    await Promise.all([...answers, arrived]);
    await load.onEnd?.();
    return latencies;
  } finally {
    for (const client of clients) client.disconnect();
  }
}
