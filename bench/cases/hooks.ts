import { type BenchCase, milliseconds, pass, percent, thousands } from '../support/case.ts';
import { createHistogram } from '../support/histogram.ts';
import { startService } from '../support/service.ts';
import { ask, connected, openClient, postHook, tradeHook } from '../support/trader.ts';
import { cpuSeconds } from '../support/usage.ts';

const USERS = 20;
const PER_SECOND = 100;
const WARM_UP = 300;
const MAX_P99_MS = 25;

export const hooks: BenchCase = {
  name: 'hooks',
  title: 'hook → durable → client',
  how: `Signed \`POST /hooks/trades\`, 100 a second whether or not the last one has been answered, to 20 users in turn, each with a
stock client that has said \`subscribe:trades\`. The embedded database writes the event and syncs it to disk before anybody is told.
The time runs from the moment the request was due to the client's \`trade:executed\`, on one clock. 300 requests of warm-up,
2,000 measured. Sender and clients share a process apart from the service.`,

  async run({ quick }) {
    const requests = (quick ? 50 : 2_000) + WARM_UP;
    const service = await startService({ database: 'embedded', users: USERS });
    const clients = service.users.map((user) => openClient(service.port, user));
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

      const answers: Promise<void>[] = [];
      const startedAt = performance.now();
      const cpuBefore = [cpuSeconds(), await service.child.call('cpuSeconds')] as const;
      for (let number = 0; number < requests; number++) {
        const dueAt = startedAt + (number * 1_000) / PER_SECOND;
        const wait = dueAt - performance.now();
        if (wait > 0) await pass(wait);
        const id = `trade-${number}`;
        due.set(id, dueAt);
        answers.push(
          postHook(service.port, '/hooks/trades', tradeHook(service.users[number % USERS]!.userId, id)),
        );
      }
      await Promise.all([...answers, arrived]);
      const seconds = (performance.now() - startedAt) / 1_000;
      const client = (cpuSeconds() - cpuBefore[0]) / seconds;
      const server = ((await service.child.call('cpuSeconds')) - cpuBefore[1]) / seconds;

      const p99 = latencies.at(0.99);
      return {
        rows: [
          {
            what: `hook → durable → client at ${PER_SECOND}/s on the embedded database, 99th percentile`,
            measured: milliseconds(p99),
            yardstick: '–',
            target: `≤ ${MAX_P99_MS} ms`,
            reached: p99 <= MAX_P99_MS,
          },
        ],
        notes: [
          `${thousands(latencies.count())} hooks: p50 ${milliseconds(latencies.at(0.5))}, p95 ${milliseconds(latencies.at(0.95))}, ` +
            `p99 ${milliseconds(p99)}, longest ${milliseconds(latencies.at(1))}; the service used ${percent(server)} of a core, sender and clients ${percent(client)}`,
        ],
      };
    } finally {
      for (const client of clients) client.disconnect();
      await service.stop();
    }
  },
};
