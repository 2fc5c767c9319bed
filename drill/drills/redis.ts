import { setTimeout as pause } from 'node:timers/promises';
import { startTcpProxy, type TcpProxy } from '../../rig/stand-ins/tcp-proxy.ts';
import { type Check, type Drill, type DrillOptions, exactly, type Row, within } from '../support/drill.ts';
import { type Rig, startRig } from '../support/rig.ts';
import {
  beginRun,
  type Delivery,
  longestDelay,
  type Outcome,
  percentile,
  staleCheck,
  verdictChecks,
} from '../support/run.ts';

/** The promise: what was missed is there this long after Redis is back, seconds. */
const CAUGHT_UP_S = 5;
/** The place whose way to Redis can be broken alone. */
const APART = 1;
/** The place that accepts old messages, in a run with controls. */
const GULLIBLE = 2;
/** Load before a fault, for comparison, and after it, seconds. */
const BEFORE_S = { quick: 2, full: 4 };
const AFTER_S = { quick: 1, full: 5 };
/**
 * Local deliveries do not wait for Redis: where one did, it would wait half a second and more. Below that a busy
 * machine alone moves a high percentile, of few deliveries most. The tolerance is beyond half as much again.
 */
const LOCAL = { quick: { share: 0.9, toleranceMs: 400 }, full: { share: 0.99, toleranceMs: 50 } };
/**
 * Redis is found hung three seconds after the last heartbeat: before that, what was sent meanwhile still arrives,
 * and it is too old. Twice, since the last heartbeat may have been a second ago.
 */
const BRIEF_HANG = { seconds: 2.2, times: 2 };

interface Fault {
  readonly name: string;
  readonly seconds: number;
  inject(): Promise<void> | void;
  heal(): Promise<void> | void;
  /** So often within one run; 1 by default. */
  readonly times?: number;
  /** Also measured at the replica that accepts old messages. */
  readonly control?: boolean;
}

export const redis: Drill = {
  name: 'redis',
  title: 'Redis away, hung, or cut off from one replica',
  how: `Trades and orders are sent to every replica in turn; each replica has clients through the front. There are three
faults: Redis is killed and starts again empty; Redis hangs (SIGSTOP, then SIGCONT); one replica alone loses Redis,
first with refused connections, then with dropped packets (black hole).

- *Local p99*: 99th percentile of the delivery to clients of the replica that received the event, during the fault
  and otherwise in the same run.
- *Caught up*: longest time from the end of the fault to the arrival of what was sent during it.

The control accepts messages of any age.`,
  minutes: 5,
  async run(options) {
    const { quick, controls, seed } = options;
    let proxy: TcpProxy | null = null;
    const rig = await startRig({
      quick,
      seed,
      users: quick ? 24 : 200,
      symbols: quick ? 5 : 50,
      // So often that a brief hang always holds a message back until it is too old.
      updatesPerSecond: 5,
      beforeReplicas: async ({ redis: server }) => {
        proxy = await startTcpProxy(server.port);
      },
      replicaEnv: (index): Record<string, string> =>
        index === APART ? { REDIS_URL: `redis://127.0.0.1:${proxy!.port}` } : {},
      seams: (index) => (controls && index === GULLIBLE ? { without: ['message-age'] } : {}),
    });
    try {
      const rows: Row[] = [];
      for (const fault of faultsOf(rig, proxy!, options)) rows.push(...(await suffer(rig, fault, options)));
      return rows;
    } finally {
      await rig.close();
      await (proxy as TcpProxy | null)?.close();
    }
  },
};

function faultsOf(
  { redis: server }: Rig,
  proxy: TcpProxy,
  { quick, scale, controls }: DrillOptions,
): Fault[] {
  const killed = (seconds: number): Fault => ({
    name: `Redis killed for ${seconds} s`,
    seconds,
    inject: server.kill,
    heal: server.restart,
  });
  const hung = (seconds: number): Fault => ({
    name: `Redis hung for ${seconds} s`,
    seconds,
    inject: server.hang,
    heal: server.wake,
  });
  const apart = (how: string, seconds: number, inject: () => void): Fault => ({
    name: `one replica cut off from Redis for ${seconds} s, ${how}`,
    seconds,
    inject,
    heal: proxy.heal,
  });
  const brief = { ...hung(BRIEF_HANG.seconds), times: BRIEF_HANG.times, control: controls };
  if (quick) return [brief, killed(1), apart('black hole', 4, proxy.swallow)];
  const at = (seconds: number): number => Math.max(1, Math.round(seconds * scale));
  return [
    ...[1, 5, 30, 120].map((seconds) => killed(at(seconds))),
    hung(2),
    brief,
    hung(at(20)),
    apart('refused', at(10), proxy.cut),
    apart('black hole', at(10), proxy.swallow),
  ];
}

async function suffer(rig: Rig, fault: Fault, { quick }: DrillOptions): Promise<Row[]> {
  const form = quick ? 'quick' : 'full';
  const { times = 1 } = fault;
  const run = await beginRun(rig, { clients: clientsFor(rig, fault) });
  const publisher = rig.publisher({ targets: rig.toReplicas });
  const finish = publisher.start({ trades: quick ? 50 : 100, orders: 5 });
  await pause(BEFORE_S[form] * 1_000);
  const brokenAt = Date.now();
  let healedAt = brokenAt;
  for (let round = 0; round < times; round++) {
    await fault.inject();
    await pause(fault.seconds * 1_000);
    await fault.heal();
    healedAt = Date.now();
    await pause(AFTER_S[form] * 1_000);
  }
  await finish();

  const group = fault.control ? 'checked' : undefined;
  const outcome = await run.end({ group });
  const exits = rig.slots.reduce((sum, { unexpectedExits }) => sum + unexpectedExits, 0);
  const fields = { fault: fault.name, faults: times };
  const rows: Row[] = [
    {
      ...fields,
      verdict: outcome.verdict,
      checks: [
        ...verdictChecks(outcome.verdict),
        staleCheck(outcome.verdict),
        exactly('replicas that exited', exits, 0),
        localCheck(outcome.deliveries, { brokenAt, healedAt, ...LOCAL[form] }),
        within('caught up after', caughtUp(outcome, healedAt), CAUGHT_UP_S, 's'),
      ],
      notes: [`${fault.name}: the oldest quote shown as current was ${outcome.oldestQuoteMs} ms old`],
    },
  ];
  if (fault.control) {
    const { verdict } = await run.end({ group: 'gullible', withinMs: 0 });
    rows.push({
      ...fields,
      control: 'the age check of messages',
      verdict,
      checks: [...verdictChecks(verdict), staleCheck(verdict)],
    });
  }
  return rows;
}

/** Through the front; for a control straight to the replicas, so that it is known who is where. */
function clientsFor(rig: Rig, { control }: Fault) {
  const { users, slots } = rig;
  if (!control) return rig.specs({ stock: 6 });
  const third = Math.ceil(users.length / 3);
  return [
    ...rig.specs({ group: 'checked', users: users.slice(0, third), port: slots[0]!.port, stock: 2 }),
    ...rig.specs({ group: 'checked', users: users.slice(third, 2 * third), port: slots[APART]!.port }),
    ...rig.specs({ group: 'gullible', users: users.slice(2 * third), port: slots[GULLIBLE]!.port, stock: 2 }),
  ];
}

/** Seconds from the end of the fault until the last of what was acknowledged before had arrived everywhere. */
const caughtUp = ({ deliveries }: Outcome, healedAt: number): number =>
  longestDelay(
    deliveries.filter(({ acknowledgedAt }) => acknowledgedAt <= healedAt),
    healedAt,
  ) / 1_000;

interface LocalLimits {
  readonly brokenAt: number;
  readonly healedAt: number;
  readonly share: number;
  readonly toleranceMs: number;
}

function localCheck(
  deliveries: readonly Delivery[],
  { brokenAt, healedAt, share, toleranceMs }: LocalLimits,
): Check {
  const local = deliveries.filter(({ via, replica }) => via === replica);
  const delay = (one: Delivery): number => one.arrivedAt - one.sentAt;
  const isDuring = ({ sentAt }: Delivery): boolean => sentAt >= brokenAt && sentAt < healedAt;
  const during = percentile(local.filter(isDuring).map(delay), share);
  const otherwise = percentile(local.filter((one) => !isDuring(one)).map(delay), share);
  return within(
    `local p${100 * share} (otherwise ${otherwise} ms)`,
    during,
    1.5 * otherwise + toleranceMs,
    'ms',
  );
}
