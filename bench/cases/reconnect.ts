import { tradeHook } from '../../rig/clients/hooks.ts';
import { connected } from '../../rig/clients/stock-client.ts';
import { createHistogram } from '../../rig/histogram.ts';
import type { SeededUser } from '../../rig/seed.ts';
import { type BenchCase, milliseconds } from '../support/case.ts';
import { startService } from '../support/service.ts';
import { ask, openClient, sendHook } from '../support/trader.ts';

const EVENTS = 1_000;
const WARM_UP = 2;
const MAX_MS = 150;
/** Hooks on their way while the journal is filled. */
const CONCURRENCY = 16;

export const reconnect: BenchCase = {
  name: 'reconnect',
  title: 'reconnect with 1,000 missed events',
  how: `The journal of one user gets 1,000 trades by signed hooks. Then a standard client connects (a new TCP connection,
handshake, session), sends \`subscribe:trades {epoch, after: 0}\` and reads to the last event. The time runs from the
call that opens the connection.

Warm-up twice, measurement twenty times; the slowest counts. Embedded database; the limits on connects and
subscriptions are raised for the repetitions.`,

  async run({ quick }) {
    const repetitions = (quick ? 3 : 20) + WARM_UP;
    const service = await startService({
      database: 'embedded',
      users: 1,
      env: { RATE_LIMITS: 'connect=999/60,subscribe:trades=999/60' },
    });
    const user = service.users[0]!;
    try {
      await fillJournal(service.port, user.userId);
      const epoch = await epochOf(service.port, user);
      const total = createHistogram();
      const afterSubscribe = createHistogram();
      for (let round = 0; round < repetitions; round++) {
        const times = await catchUp(service.port, user, epoch);
        if (round < WARM_UP) continue;
        total.record(times.total);
        afterSubscribe.record(times.afterSubscribe);
      }
      return {
        rows: [
          {
            what: 'reconnect with 1,000 missed events, to the last one (slowest of 20)',
            measured: milliseconds(total.at(1)),
            yardstick: '–',
            target: `≤ ${MAX_MS} ms`,
            reached: total.at(1) <= MAX_MS,
          },
        ],
        notes: [
          `from opening the connection: p50 ${milliseconds(total.at(0.5))}, slowest ${milliseconds(total.at(1))}; ` +
            `from subscribe:trades: p50 ${milliseconds(afterSubscribe.at(0.5))}, slowest ${milliseconds(afterSubscribe.at(1))}`,
        ],
      };
    } finally {
      await service.stop();
    }
  },
};

async function fillJournal(port: number, userId: string): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < EVENTS) {
      next += 1;
      await sendHook(port, '/hooks/trades', tradeHook(userId, `missed-${next}`));
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
}

async function epochOf(port: number, user: SeededUser): Promise<string> {
  const client = openClient(port, user);
  await connected(client);
  const { epoch } = await ask(client, 'subscribe:trades');
  client.disconnect();
  return epoch;
}

/** Milliseconds to the last event. Throws where one is missing, repeated or out of order. */
function catchUp(
  port: number,
  user: SeededUser,
  epoch: string,
): Promise<{ total: number; afterSubscribe: number }> {
  return new Promise((resolve, reject) => {
    const openedAt = performance.now();
    let subscribedAt = 0;
    let last = 0;
    const client = openClient(port, user);
    client.on('connect_error', reject);
    client.on('connect', () => {
      subscribedAt = performance.now();
      client.emit('subscribe:trades', { epoch, after: 0 });
    });
    client.on('trade:executed', ({ seq }) => {
      if (seq !== last + 1) reject(new Error(`event ${seq} came after ${last}`));
      last = seq;
      if (seq !== EVENTS) return;
      const now = performance.now();
      client.disconnect();
      resolve({ total: now - openedAt, afterSubscribe: now - subscribedAt });
    });
  });
}
