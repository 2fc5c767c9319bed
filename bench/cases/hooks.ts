import { type BenchCase, milliseconds, percent, thousands } from '../support/case.ts';
import { HOOKS_PER_SECOND, measureHooks } from '../support/hook-load.ts';
import { startService } from '../support/service.ts';
import { cpuSeconds } from '../support/usage.ts';

const USERS = 20;
const MAX_P99_MS = 25;

export const hooks: BenchCase = {
  name: 'hooks',
  title: 'hook → commit → client',
  how: `Signed \`POST /hooks/trades\` arrive 100 times a second, whether or not the last one has been answered, for 20 users
in turn. Each user has a standard socket.io-client that subscribed to trades. The embedded database writes the event
and syncs it to disk before it is published.

The time runs from the moment the request was due to the client's \`trade:executed\`, on one clock. Warm-up 300
requests, measurement 2,000. Sender and clients share a process apart from the service.`,

  async run({ quick }) {
    const service = await startService({ database: 'embedded', users: USERS });
    let client = 0;
    let server = 0;
    try {
      const usage = async () =>
        [performance.now() / 1_000, cpuSeconds(), await service.child.call('cpuSeconds')] as const;
      let before = await usage();
      const latencies = await measureHooks({
        sendTo: service.port,
        listenAt: service.port,
        users: service.users,
        quick,
        async onBegin() {
          before = await usage();
        },
        async onEnd() {
          const after = await usage();
          const seconds = after[0] - before[0];
          client = (after[1] - before[1]) / seconds;
          server = (after[2] - before[2]) / seconds;
        },
      });

      const p99 = latencies.at(0.99);
      return {
        rows: [
          {
            what: `hook → commit → client at ${HOOKS_PER_SECOND}/s on the embedded database, 99th percentile`,
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
      await service.stop();
    }
  },
};
