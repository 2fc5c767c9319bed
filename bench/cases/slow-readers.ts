import { METRICS_ENV } from '../../rig/metrics.ts';
import type { Child } from '../../rig/processes/child.ts';
import { type BenchCase, megabytes, milliseconds, pass, percent, thousands, times } from '../support/case.ts';
import { clientsOf, type FanOut, measureFanOut, startLoad } from '../support/fan-out.ts';
import type { LoadClient, LoadMethods } from '../support/load.ts';
import { watchlists } from '../support/quotes.ts';
import { type Service, startService } from '../support/service.ts';

const BUSY = 500;
const PAUSED = 50;
const SYMBOLS_EACH = 50;
const PACE = { perSecond: 10, together: false };
const SOCKETS_PER_USER = 5;
/** As fast as the ticks: soon nothing more may be on its way. */
const FILL_PACE = { perSecond: 20, together: false };
const ROUNDS = 3;
/** Windows in a row. Three are over before paused readers are cut off, thirty seconds after their last answer. */
const WINDOWS = 3;
const MAX_RATIO = 1.1;

/** Share of the quotes for paused readers that must have been passed over: else they were not stuck. */
const STUCK_SHARE = 0.95;
const ASK_AGAIN_MS = 500;
const STUCK_WITHIN_MS = 60_000;

export const slowReaders: BenchCase = {
  name: 'slow-readers',
  title: '50 paused readers among 500 busy ones',
  how: `500 sockets watch 50 of 200 symbols, and no two lists are equal. Every symbol is updated ten times a second: 250,000
deliveries a second are offered. There are ${ROUNDS} times ${WINDOWS} windows of five seconds each, with and without
paused readers in turn; the medians of their 99th percentiles are compared.

- Half of the windows run beside 50 further sockets that stopped reading. Such a window starts when as much is on
  its way to each of these as may be. \`tradecast_quotes_conflated_total\` proves that at its start and at its end.
- The other windows run without these sockets.
- Latency runs from the time an update was due to its arrival at a busy client, for every 64th delivery.

One replica, embedded database; the limit on connects is raised for the repetitions.`,

  async run({ quick }) {
    const size = quick
      ? { busy: 50, paused: 5, rounds: 1, windows: 1 }
      : { busy: BUSY, paused: PAUSED, rounds: ROUNDS, windows: WINDOWS };
    const lists = watchlists(size.busy + size.paused, SYMBOLS_EACH);
    const service = await startService({
      database: 'embedded',
      users: Math.ceil(lists.length / SOCKETS_PER_USER),
      env: { ...METRICS_ENV, RATE_LIMITS: 'connect=999/60' },
    });
    const clients = clientsOf(service.users, lists);
    const busy = startLoad();
    const without: FanOut[] = [];
    const beside: FanOut[] = [];
    let mostMemory = 0;
    try {
      await connect(busy, service, clients.slice(0, size.busy));
      await service.child.call('updates', PACE);
      await pass(quick ? 500 : 4_000);
      const window = { warmUpMs: 500, windowMs: quick ? 1_000 : 5_000 };
      for (let round = 0; round < size.rounds; round++) {
        for (let count = 0; count < size.windows; count++)
          without.push(await measureFanOut(service.child, busy, window));
        const readers = startLoad();
        try {
          await connect(readers, service, clients.slice(size.busy));
          await readers.call('pause');
          await service.child.call('updates', FILL_PACE);
          await stuck(service, size.paused);
          await service.child.call('updates', PACE);
          for (let count = 0; count < size.windows; count++) {
            const before = await conflated(service);
            const measured = await measureFanOut(service.child, busy, window);
            assertStuck((await conflated(service)) - before, size.paused, PACE.perSecond, measured.seconds);
            beside.push(measured);
          }
          mostMemory = Math.max(mostMemory, await metric(service, 'tradecast_socket_queue_bytes'));
        } finally {
          await readers.stop();
        }
        await pass(window.warmUpMs);
      }
    } finally {
      await busy.stop();
      await service.stop();
    }

    const [withoutP99, besideP99] = [median(without.map(p99Of)), median(beside.map(p99Of))];
    const ratio = besideP99 / withoutP99;
    return {
      rows: [
        {
          what: 'feed → busy client beside 50 paused readers, 99th percentile',
          measured: `${milliseconds(besideP99)}: ${times(ratio)}`,
          yardstick: `without them ${milliseconds(withoutP99)}`,
          target: `≤ ${MAX_RATIO} ×`,
          reached: ratio <= MAX_RATIO,
        },
      ],
      notes: [
        describe('without paused readers', without),
        describe('beside paused readers', beside),
        `what waited for the paused readers in the memory of the service: ${megabytes(mostMemory)} at most`,
      ],
    };
  },
};

async function connect(
  load: Child<LoadMethods>,
  { port }: Service,
  clients: readonly LoadClient[],
): Promise<void> {
  await load.call('connect', { port, kind: 'socket.io', clients });
  await load.call('subscribe', 0);
}

/** How many quotes should be passed over for this many readers. */
const expected = (readers: number, perSecond: number, seconds: number): number =>
  readers * SYMBOLS_EACH * perSecond * seconds;

function assertStuck(passedOver: number, readers: number, perSecond: number, seconds: number): void {
  const all = expected(readers, perSecond, seconds);
  if (!(passedOver >= all * STUCK_SHARE))
    throw new Error(`the paused readers were not stuck: ${Math.round(passedOver)} of ${Math.round(all)}`);
}

/** Resolves when nearly everything that goes to the paused readers is passed over. */
async function stuck(service: Service, readers: number): Promise<void> {
  const deadline = performance.now() + STUCK_WITHIN_MS;
  let [at, before] = [performance.now(), await conflated(service)];
  while (performance.now() < deadline) {
    await pass(ASK_AGAIN_MS);
    const [now, count] = [performance.now(), await conflated(service)];
    const seconds = (now - at) / 1_000;
    if (count - before >= expected(readers, FILL_PACE.perSecond, seconds) * STUCK_SHARE) return;
    [at, before] = [now, count];
  }
  throw new Error('the paused readers could still be written to');
}

const conflated = (service: Service): Promise<number> => metric(service, 'tradecast_quotes_conflated_total');

async function metric({ port }: Service, name: string): Promise<number> {
  const headers = { Authorization: `Bearer ${METRICS_ENV.METRICS_TOKEN}` };
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`, { headers })).text();
  const value = new RegExp(`^${name} (.+)$`, 'm').exec(text)?.[1];
  if (value === undefined) throw new Error(`there is no metric ${name}`);
  return Number(value);
}

const p99Of = ({ p99 }: FanOut): number => p99;

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.ceil((sorted.length - 1) / 2)]!) / 2;
}

function describe(name: string, windows: readonly FanOut[]): string {
  const sum = (key: 'deliveries' | 'seconds' | 'serverSeconds'): number =>
    windows.reduce((total, window) => total + window[key], 0);
  return (
    `${name}: 99th percentile of each window ${windows.map(({ p99 }) => p99.toFixed(0)).join(', ')} ms, median of the 50th ` +
    `${milliseconds(median(windows.map(({ p50 }) => p50)))}; ${thousands(sum('deliveries') / sum('seconds'))} deliveries/s ` +
    `with ${percent(sum('serverSeconds') / sum('seconds'))} of a core`
  );
}
