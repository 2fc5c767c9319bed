import { type BenchCase, milliseconds, percent, type Row, thousands } from '../support/case.ts';
import { startReplicas } from '../support/replicas.ts';
import { startService } from '../support/service.ts';
import {
  measureSignals,
  type SignalFigures,
  type SignalReaders,
  type SignalRun,
  startReaders,
  usersFor,
} from '../support/signal-load.ts';

const PER_SECOND = 100;
const WARM_UP = 200;
const MEASURED = 1_000;
const READERS = 100;
const MAX_LOCAL_P99_MS = 25;
const MAX_REPLICAS_P99_MS = 40;

const BURST = 500;
const BURST_READERS = 2_000;

const LIMITS = { RATE_LIMITS: 'connect=5000/60,http:signals=100000/10' };

export const signals: BenchCase = {
  name: 'signals',
  title: 'signal → commit → every reader',
  how: `Signed \`POST /api/v1/external-signals/sync/signal\` of one source arrive 100 times a second, whether or not the last one
has been answered. ${READERS} readers receive each of them, one half over Socket.IO, the other over \`/ws/signals\`.

- *Local*: one service on the embedded database, which syncs to disk.
- *Over replicas*: the sender uses one replica, the readers another; Redis and a Postgres that syncs to disk.
- *Burst*: ${BURST} signals at once, to ${thousands(BURST_READERS)} readers of one service, and to as many that are shared
  by two replicas. Each reader checks the numbers: what is missing, repeated or out of order is counted.

The time runs from the moment the signal was due to its arrival at each reader, with the clock of the machine, in
milliseconds. Warm-up ${WARM_UP} signals, measurement ${thousands(MEASURED)}. The readers and the sender have processes of their own. The limits
on connects and on signals of one source are raised.`,

  async run({ quick }) {
    const [local, replicas] = [await runLocal(quick), await runReplicas(quick)];
    const faults = [local, replicas].flatMap(({ steady, burst }) => [steady.faults, burst.faults]);
    return {
      rows: [
        latencyRow(
          'signal → commit → reader at 100/s on the embedded database',
          local.steady,
          MAX_LOCAL_P99_MS,
        ),
        latencyRow(
          'signal on one replica → reader on another at 100/s',
          replicas.steady,
          MAX_REPLICAS_P99_MS,
        ),
        burstRow('one service', local.burst),
        burstRow('two replicas', replicas.burst),
        {
          what: 'signals that a reader missed, got twice or got out of order',
          measured: thousands(faults.reduce((sum, one) => sum + one, 0)),
          yardstick: '–',
          target: '0',
          reached: faults.every((one) => one === 0),
        },
      ],
      notes: [
        describe('100/s, local', local.steady),
        describe('100/s, two replicas', replicas.steady),
        describe('burst, local', local.burst),
        describe('burst, two replicas', replicas.burst),
      ],
    };
  },
};

interface Runs {
  readonly steady: SignalFigures;
  readonly burst: SignalFigures;
}

async function runLocal(quick: boolean): Promise<Runs> {
  const [few, many] = sizes(quick);
  const service = await startService({ database: 'embedded', users: usersFor(few + many), env: LIMITS });
  try {
    return await runBoth(quick, { sendTo: service.port, servers: [service] }, (count) => [
      startReaders(service, service.users, count),
    ]);
  } finally {
    await service.stop();
  }
}

async function runReplicas(quick: boolean): Promise<Runs> {
  const [few, many] = sizes(quick);
  const set = await startReplicas({ replicas: 2, users: usersFor(few + many), env: LIMITS });
  // A user has at most five connections on all replicas together.
  const half = set.users.length / 2;
  const [some, others] = [set.users.slice(0, half), set.users.slice(half)];
  const [first, second] = set.replicas as [(typeof set.replicas)[number], (typeof set.replicas)[number]];
  try {
    return await runBoth(quick, { sendTo: first.port, servers: set.replicas }, (count, isBurst) =>
      isBurst
        ? [startReaders(first, some, count / 2), startReaders(second, others, count / 2)]
        : [startReaders(second, set.users, count)],
    );
  } finally {
    await set.stop();
  }
}

const sizes = (quick: boolean): readonly [number, number] => (quick ? [20, 40] : [READERS, BURST_READERS]);

async function runBoth(
  quick: boolean,
  run: Pick<SignalRun, 'sendTo' | 'servers'>,
  connect: (count: number, isBurst: boolean) => Promise<SignalReaders>[],
): Promise<Runs> {
  const [few, many] = sizes(quick);
  const steady = await withReaders(connect(few, false), async (readers) => {
    await measureSignals({ ...run, readers, signals: quick ? 20 : WARM_UP, perSecond: PER_SECOND });
    return measureSignals({ ...run, readers, signals: quick ? 50 : MEASURED, perSecond: PER_SECOND });
  });
  const burst = await withReaders(connect(many, true), (readers) =>
    measureSignals({ ...run, readers, signals: quick ? 50 : BURST, perSecond: null }),
  );
  return { steady, burst };
}

async function withReaders(
  starting: Promise<SignalReaders>[],
  measure: (readers: readonly SignalReaders[]) => Promise<SignalFigures>,
): Promise<SignalFigures> {
  const readers = await Promise.all(starting);
  try {
    return await measure(readers);
  } finally {
    await Promise.all(readers.map(({ child }) => child.stop()));
  }
}

const p99Of = ({ received }: SignalFigures): number => Math.max(...received.map(({ p99 }) => p99));

const latencyRow = (what: string, figures: SignalFigures, max: number): Row => ({
  what: `${what}, 99th percentile`,
  measured: milliseconds(p99Of(figures)),
  yardstick: '–',
  target: `≤ ${max} ms`,
  reached: p99Of(figures) <= max,
});

const burstRow = (where: string, figures: SignalFigures): Row => ({
  what: `${BURST} signals at once to ${thousands(BURST_READERS)} readers of ${where}, 99th percentile`,
  measured: milliseconds(p99Of(figures)),
  yardstick: '–',
  target: '–',
  reached: null,
});

function describe(name: string, { received, ...figures }: SignalFigures): string {
  const parts = received.map(
    ({ deliveries, p50, p99, longest, cpuSeconds, closed }) =>
      `${thousands(deliveries)} deliveries, p50 ${milliseconds(p50)}, p99 ${milliseconds(p99)}, longest ${milliseconds(longest)}, ` +
      `${closed} closed, readers used ${percent(cpuSeconds / figures.seconds)} of a core`,
  );
  const servers = figures.serverSeconds.map((used) => percent(used / figures.seconds)).join(', ');
  return (
    `${name}: ${parts.join('; ')}; all answered after ${milliseconds(figures.answeredMs)}, all arrived after ` +
    `${milliseconds(figures.seconds * 1_000)}; service ${servers}, sender ${percent(figures.senderSeconds / figures.seconds)} of a core`
  );
}
