import { seedPositions } from '../../rig/seed.ts';
import { type BenchCase, kilobytes, milliseconds, pass, percent, thousands } from '../support/case.ts';
import type { Viewed, ViewersMethods } from '../support/portfolio-readers.ts';
import { watchlists } from '../support/quotes.ts';
import { startServer } from '../support/server.ts';
import { type Service, startService } from '../support/service.ts';
import type { Stall } from '../support/usage.ts';

const VIEWERS = 3_000;
const POSITIONS = 10;
const PACE = { perSecond: 2, together: false };
const HOLDING = { quantity: 10, price: 95 };

const MIN_PER_SECOND = 2;
const MAX_AGE_P99_MS = 600;
const MAX_CORE = 0.7;
const MAX_STALL_MS = 30;

interface Figures extends Viewed {
  readonly seconds: number;
  readonly serverSeconds: number;
  readonly stall: Stall;
}

export const viewers: BenchCase = {
  name: 'viewers',
  title: `${thousands(VIEWERS)} open portfolios of ${POSITIONS} positions`,
  how: `${thousands(VIEWERS)} standard clients, each of a user of its own, follow their portfolios. Each user holds ${POSITIONS} of 200 symbols, which
are traded ${PACE.perSecond} times a second each, so that every portfolio moves some twenty times a second.

- The age is that of the numbers on a screen when the next ones take their place: from the time in a portfolio to the
  arrival of the next.
- A stall is the longest time in which the event loop of the service did one thing. It counts in CPU time of the loop's
  thread, because a shared machine stops a process for longer than that.
- One service on a Postgres of its own, whose CPU is not counted. The clients have a process of their own. Warm-up
  5 s, measurement 15 s.`,

  async run({ quick }) {
    const count = quick ? 100 : VIEWERS;
    const lists = watchlists(count, POSITIONS);
    const service = await startService({
      database: 'postgres',
      users: count,
      env: { RATE_LIMITS: 'connect=5000/60' },
      seed: (db, users) =>
        seedPositions(
          db,
          users.map(({ userId }) => userId),
          (n) => lists[n]!,
          HOLDING,
        ),
    });
    try {
      const figures = await measure(service, quick);
      const { fewest, seconds, p99, serverSeconds, stall } = figures;
      const perSecond = fewest / seconds;
      const core = serverSeconds / seconds;
      return {
        rows: [
          {
            what: `updates a second of the portfolio that had fewest, of ${thousands(VIEWERS)}`,
            measured: perSecond.toFixed(1),
            yardstick: '–',
            target: `≥ ${MIN_PER_SECOND}`,
            reached: perSecond >= MIN_PER_SECOND,
          },
          {
            what: 'age of the numbers on a screen when the next take their place, 99th percentile',
            measured: milliseconds(p99),
            yardstick: '–',
            target: `≤ ${MAX_AGE_P99_MS} ms`,
            reached: p99 <= MAX_AGE_P99_MS,
          },
          {
            what: `CPU of the service for ${thousands(VIEWERS)} open portfolios`,
            measured: `${percent(core)} of a core`,
            yardstick: '–',
            target: `≤ ${percent(MAX_CORE)}`,
            reached: core <= MAX_CORE,
          },
          {
            what: 'longest stall of the event loop meanwhile, CPU time of its thread',
            measured: milliseconds(stall.cpuMs),
            yardstick: '–',
            target: `≤ ${MAX_STALL_MS} ms`,
            reached: stall.cpuMs <= MAX_STALL_MS,
          },
        ],
        notes: [describe(figures)],
      };
    } finally {
      await service.stop();
    }
  },
};

async function measure({ child, port, users }: Service, quick: boolean): Promise<Figures> {
  const readers = startServer<ViewersMethods>('bench/support/portfolio-readers.ts');
  try {
    await readers.call('connect', { port, sessionIDs: users.map(({ sessionID }) => sessionID) });
    await child.call('updates', PACE);
    await pass(quick ? 1_000 : 5_000);
    await readers.call('begin');
    await child.call('longestStall');
    const [cpu, startedAt] = [await child.call('cpuSeconds'), performance.now()];
    await pass(quick ? 2_000 : 15_000);
    const viewed = await readers.call('viewed');
    const seconds = (performance.now() - startedAt) / 1_000;
    const serverSeconds = (await child.call('cpuSeconds')) - cpu;
    return { ...viewed, seconds, serverSeconds, stall: await child.call('longestStall') };
  } finally {
    await readers.stop();
  }
}

const describe = (figures: Figures): string => {
  const { updates, bytes, seconds, serverSeconds, p50, p99, oldest, closed, stall, cpuSeconds } = figures;
  return (
    `${thousands(updates / seconds)} updates/s of ${kilobytes(bytes / updates)} with ${percent(serverSeconds / seconds)} of a core ` +
    `(${milliseconds((serverSeconds / updates) * 1_000)} each), age ${milliseconds(p50)} (p50), ${milliseconds(p99)} (p99), ` +
    `${milliseconds(oldest)} (oldest), ${closed} closed; longest stall ${milliseconds(stall.cpuMs)} of CPU, ` +
    `${milliseconds(stall.wallMs)} by the clock; the clients used ${percent(cpuSeconds / seconds)} of a core`
  );
};
