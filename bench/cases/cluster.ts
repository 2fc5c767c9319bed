import type { Child } from '../../rig/processes/child.ts';
import { type BenchCase, milliseconds, pass, percent, type Row, thousands, times } from '../support/case.ts';
import { clientsOf, startLoad } from '../support/fan-out.ts';
import { HOOKS_PER_SECOND, measureHooks } from '../support/hook-load.ts';
import type { LoadMethods } from '../support/load.ts';
import { watchlists } from '../support/quotes.ts';
import { type Replica, type ReplicaSet, startReplicas } from '../support/replicas.ts';
import { startService } from '../support/service.ts';

const REPLICAS = 3;

const HOOK_USERS = 20;
const MAX_HOOK_P99_MS = 40;

const SOCKETS = 500;
const SOCKETS_PER_USER = 5;
/** Of one replica. */
const USERS = SOCKETS / SOCKETS_PER_USER;
const SYMBOLS_EACH = 50;
const PACE = { perSecond: 10, together: false };
const ROUNDS = 5;
const WARM_UP_MS = 2_000;
const WINDOW_MS = 6_000;
const MAX_ENGINE_RATIO = 1.15;
const MAX_DELIVERY_RATIO = 1.1;

/** Servers that run at the same time, each with clients of its own. */
interface Fleet {
  readonly servers: readonly Replica[];
  readonly loads: readonly Child<LoadMethods>[];
  /** Of each server, over all windows so far. */
  readonly totals: { cpu: number; deliveries: number; seconds: number; loadCpu: number }[];
}

export const cluster: BenchCase = {
  name: 'cluster',
  title: 'three replicas over Redis and Postgres',
  how: `Three replicas, each in its own process, use a real Redis and a real Postgres that syncs to disk.

- *Hooks*: signed \`POST /hooks/trades\` go to the second replica, 100 a second whether or not the last one has been
  answered, for 20 users in turn. Each user has a standard client on the third replica that subscribed to trades.
  Neither replica is the engine. The time runs from the moment the request was due to the client's \`trade:executed\`.
  Warm-up 300 requests, measurement 2,000.
- *CPU*: each replica has 500 clients with 50 of 200 symbols. Every symbol changes ten times a second on the engine,
  which publishes all of it to the other two. The reference is three services of one replica each, without Redis,
  side by side, with their own market and the same clients, so that both runs put the same load on the machine. Both
  fleets stay connected and take turns, ${ROUNDS} times: warm-up 2 s, measurement 6 s, while the market of the other
  fleet pauses.
- *Engine*: CPU of the first replica against that of the three single ones, for as many local deliveries.
- *Delivery*: CPU per delivery of the other two replicas, which get their quotes from Redis, against that of the
  single ones, which get them from the feed.`,

  async run({ quick }) {
    const set = await startReplicas({ replicas: REPLICAS, users: REPLICAS * USERS });
    try {
      const hookRow = await hooksOverRedis(set, quick);
      const cpu = await measureCpu(set, quick);
      return { rows: [hookRow.row, ...cpu.rows], notes: [hookRow.note, ...cpu.notes] };
    } finally {
      await set.stop();
    }
  },
};

async function hooksOverRedis(
  { replicas, users }: ReplicaSet,
  quick: boolean,
): Promise<{ row: Row; note: string }> {
  const [, sender, receiver] = replicas as [Replica, Replica, Replica];
  const latencies = await measureHooks({
    sendTo: sender.port,
    listenAt: receiver.port,
    users: users.slice(0, HOOK_USERS),
    quick,
  });
  const p99 = latencies.at(0.99);
  return {
    row: {
      what: `hook on one replica → client on another at ${HOOKS_PER_SECOND}/s, 99th percentile`,
      measured: milliseconds(p99),
      yardstick: '–',
      target: `≤ ${MAX_HOOK_P99_MS} ms`,
      reached: p99 <= MAX_HOOK_P99_MS,
    },
    note:
      `${thousands(latencies.count())} hooks over Redis: p50 ${milliseconds(latencies.at(0.5))}, p95 ${milliseconds(latencies.at(0.95))}, ` +
      `p99 ${milliseconds(p99)}, longest ${milliseconds(latencies.at(1))}`,
  };
}

async function measureCpu(
  set: ReplicaSet,
  quick: boolean,
): Promise<{ readonly rows: Row[]; readonly notes: string[] }> {
  const singles = await Promise.all(
    Array.from({ length: REPLICAS }, () => startService({ database: 'postgres', users: USERS })),
  );
  const lists = watchlists(quick ? 50 : SOCKETS, SYMBOLS_EACH);
  const fleets: Fleet[] = [];
  try {
    const alone = await connect(
      singles,
      singles.map(({ users }) => clientsOf(users, lists)),
    );
    fleets.push(alone);
    const together = await connect(
      set.replicas,
      set.replicas.map((_, at) => clientsOf(set.users.slice(at * USERS, (at + 1) * USERS), lists)),
    );
    fleets.push(together);
    for (let round = 0; round < (quick ? 1 : ROUNDS); round++)
      for (const fleet of fleets) await measureWindow(fleet, quick);
    return report(alone, together);
  } finally {
    for (const { loads } of fleets) await Promise.all(loads.map((load) => load.stop()));
    await Promise.all(singles.map((single) => single.stop()));
  }
}

async function connect(servers: readonly Replica[], clients: ReturnType<typeof clientsOf>[]): Promise<Fleet> {
  const loads = servers.map(startLoad);
  await Promise.all(
    servers.map(async ({ port }, at) => {
      await loads[at]!.call('connect', { port, kind: 'socket.io', clients: clients[at]! });
      await loads[at]!.call('subscribe', 0);
    }),
  );
  return { servers, loads, totals: servers.map(() => ({ cpu: 0, deliveries: 0, seconds: 0, loadCpu: 0 })) };
}

async function measureWindow({ servers, loads, totals }: Fleet, quick: boolean): Promise<void> {
  const cpu = (): Promise<number[]> => Promise.all(servers.map(({ child }) => child.call('cpuSeconds')));
  await Promise.all(servers.map(({ child }) => child.call('updates', PACE)));
  await pass(quick ? 500 : WARM_UP_MS);
  const [before] = await Promise.all([cpu(), ...loads.map((load) => load.call('begin'))]);
  await pass(quick ? 1_000 : WINDOW_MS);
  const [after, measured] = await Promise.all([cpu(), Promise.all(loads.map((load) => load.call('end')))]);
  await Promise.all(servers.map(({ child }) => child.call('updates', null)));
  for (const [at, total] of totals.entries()) {
    const { deliveries, seconds, cpuSeconds, closed } = measured[at]!;
    if (closed > 0) throw new Error(`${closed} connections were lost`);
    total.cpu += after[at]! - before[at]!;
    total.deliveries += deliveries;
    total.seconds += seconds;
    total.loadCpu += cpuSeconds;
  }
}

function report(alone: Fleet, together: Fleet): { readonly rows: Row[]; readonly notes: string[] } {
  const sum = (of: readonly Fleet['totals'][number][], key: 'cpu' | 'deliveries'): number =>
    of.reduce((total, one) => total + one[key], 0);
  const [engine, ...others] = together.totals as [Fleet['totals'][number], ...Fleet['totals']];
  const perDelivery = (of: Fleet['totals']): number => (sum(of, 'cpu') / sum(of, 'deliveries')) * 1e6;
  const singleCpu = sum(alone.totals, 'cpu') / alone.totals.length;
  // On a machine without air deliveries are merged, not in every window alike: only per delivery it is the same work.
  const engineRatio = perDelivery([engine]) / perDelivery(alone.totals);
  const deliveryRatio = perDelivery(others) / perDelivery(alone.totals);
  const micros = (value: number): string => `${value.toFixed(2)} µs`;
  const cores = (one: Fleet['totals'][number]): string => percent(one.cpu / one.seconds);
  return {
    rows: [
      {
        what: 'engine CPU with quotes to three replicas, against one replica alone',
        measured: `${cores(engine)} of a core: ${times(engineRatio)}`,
        yardstick: `${percent(singleCpu / engine.seconds)} of a core`,
        target: `≤ ${MAX_ENGINE_RATIO} ×`,
        reached: engineRatio <= MAX_ENGINE_RATIO,
      },
      {
        what: 'CPU per delivery on a replica that gets its quotes over Redis, against one replica alone',
        measured: `${micros(perDelivery(others))}: ${times(deliveryRatio)}`,
        yardstick: micros(perDelivery(alone.totals)),
        target: `≤ ${MAX_DELIVERY_RATIO} ×`,
        reached: deliveryRatio <= MAX_DELIVERY_RATIO,
      },
    ],
    notes: [describe('three single replicas', alone), describe('engine and two others', together)],
  };
}

const describe = (name: string, { totals }: Fleet): string =>
  `${name}: ${totals.map(({ cpu, seconds }) => percent(cpu / seconds)).join(', ')} of a core with ` +
  `${totals.map(({ deliveries, seconds }) => thousands(deliveries / seconds)).join(', ')} deliveries/s; ` +
  `the client processes used ${totals.map(({ loadCpu, seconds }) => percent(loadCpu / seconds)).join(', ')}`;
