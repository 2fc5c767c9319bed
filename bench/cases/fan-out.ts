import type { Child } from '../../rig/processes/child.ts';
import type { PlainMethods } from '../servers/plain.ts';
import type { RawMethods } from '../servers/raw.ts';
import { type BenchCase, milliseconds, percent, thousands, times } from '../support/case.ts';
import { clientsOf, type FanOut, type FanOutMethods, measureFanOut, startLoad } from '../support/fan-out.ts';
import type { LoadClient } from '../support/load.ts';
import { type Pace, watchlists } from '../support/quotes.ts';
import { startServer } from '../support/server.ts';
import { startService } from '../support/service.ts';

const SOCKETS = 500;
const SYMBOLS_EACH = 50;
const PACE = { perSecond: 10, together: false };
/** What plain rooms carry without falling behind: there they are at their best. */
const EASY_PACE = { perSecond: 2, together: false };
const SOCKETS_PER_USER = 5;

const MIN_PLAIN_RATIO = 5;
const MIN_RAW_RATIO = 1;
const MAX_P99_MS = 75;

interface Target {
  readonly child: Child<FanOutMethods>;
  readonly port: number;
  readonly kind: 'socket.io' | 'raw';
  readonly clients: readonly LoadClient[];
}

async function measure(
  { child, port, kind, clients }: Target,
  quick: boolean,
  pace: Pace = PACE,
): Promise<FanOut> {
  const load = startLoad();
  try {
    await load.call('connect', { port, kind, clients });
    await load.call('subscribe', 0);
    await child.call('updates', pace);
    return await measureFanOut(child, load, {
      warmUpMs: quick ? 500 : 4_000,
      windowMs: quick ? 1_000 : 10_000,
    });
  } finally {
    await load.stop();
  }
}

export const fanOut: BenchCase = {
  name: 'fan-out',
  title: '500 sockets × 50 of 200 symbols × 10 updates/s',
  how: `Each socket watches 50 of 200 symbols, and no two lists are equal: the worst case for shared bytes. Each symbol is
updated ten times a second, so 250,000 deliveries a second are offered.

- Three servers run one after the other: the service, plain Socket.IO (\`io.to(room).emit\`, no sessions, no limits)
  and raw \`ws\` (frames encoded once, one write per client and 50 ms tick, nothing else). Each has its own process
  with the same market inside. Another process has the clients, which count every frame.
- Plain rooms cannot carry this load. They are measured at a fifth of it too, and the better figure is the
  reference.
- Warm-up 4 s, measurement 10 s. CPU is that of the server process with all its threads: user and system time,
  database and feed included.
- Latency runs from the time an update was due to its arrival at the client, for every 64th delivery, on one clock.`,

  async run({ quick }) {
    const sockets = quick ? 50 : SOCKETS;
    const lists = watchlists(sockets, SYMBOLS_EACH);

    const service = await startService({
      database: 'embedded',
      users: Math.ceil(sockets / SOCKETS_PER_USER),
    });
    const clients = clientsOf(service.users, lists);
    const ours = await measure({ ...service, kind: 'socket.io', clients }, quick).finally(service.stop);

    const plain = await measurePlain(clients, quick, PACE);
    const plainEasy = await measurePlain(clients, quick, EASY_PACE);

    const rawChild = startServer<RawMethods>('bench/servers/raw.ts');
    const rawPort = await rawChild.call('start');
    const raw = await measure({ child: rawChild, port: rawPort, kind: 'raw', clients }, quick).finally(
      rawChild.stop,
    );

    const plainBest = Math.max(plain.perCpuSecond, plainEasy.perCpuSecond);
    const plainRatio = ours.perCpuSecond / plainBest;
    const rawRatio = ours.perCpuSecond / raw.perCpuSecond;
    const perCpu = (result: FanOut): string => `${thousands(result.perCpuSecond)} per CPU second`;
    return {
      rows: [
        {
          what: 'deliveries per server CPU second, against plain Socket.IO rooms',
          measured: `${perCpu(ours)}: ${times(plainRatio)}`,
          yardstick: `${thousands(plainBest)} per CPU second (its better load)`,
          target: `≥ ${MIN_PLAIN_RATIO} ×`,
          reached: plainRatio >= MIN_PLAIN_RATIO,
        },
        {
          what: 'deliveries per server CPU second, against raw ws',
          measured: times(rawRatio),
          yardstick: perCpu(raw),
          target: `≥ ${MIN_RAW_RATIO} ×`,
          reached: rawRatio >= MIN_RAW_RATIO,
        },
        {
          what: 'feed → client, 99th percentile',
          measured: milliseconds(ours.p99),
          yardstick: `plain ${milliseconds(plain.p99)}, raw ws ${milliseconds(raw.p99)}`,
          target: `≤ ${MAX_P99_MS} ms`,
          reached: ours.p99 <= MAX_P99_MS,
        },
      ],
      notes: [
        describe('the service', ours),
        describe('plain Socket.IO', plain),
        describe('plain Socket.IO at a fifth of the load', plainEasy),
        describe('raw ws', raw),
      ],
    };
  },
};

async function measurePlain(clients: readonly LoadClient[], quick: boolean, pace: Pace): Promise<FanOut> {
  const child = startServer<PlainMethods>('bench/servers/plain.ts');
  const port = await child.call('start');
  return measure({ child, port, kind: 'socket.io', clients }, quick, pace).finally(child.stop);
}

const describe = (name: string, result: FanOut): string =>
  `${name}: ${thousands(result.deliveries / result.seconds)} deliveries/s with ${percent(result.serverSeconds / result.seconds)} of a core, ` +
  `p50 ${milliseconds(result.p50)}, p99 ${milliseconds(result.p99)}; the client process used ${percent(result.cpuSeconds / result.seconds)} of a core`;
