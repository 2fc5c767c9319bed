import { setTimeout as pause } from 'node:timers/promises';
import type { WebSocketHealthPayload } from '../../src/protocol/health-payloads.ts';
import { type Check, type Drill, exactly, type Row, scaled, within } from '../support/drill.ts';
import { type Rig, startRig } from '../support/rig.ts';
import { beginRun, longestDelay, type Outcome, staleCheck, verdictChecks } from '../support/run.ts';
import type { Slot } from '../support/slot.ts';

const ROUNDS = 5;
/** Longer than the lease in any case: another replica must have it by then. */
const STALL_S = { quick: 8, full: 10 };
/** After waking, what was missed is there within this, seconds: as after an outage of Redis. */
const RESYNCED_S = 5;
/** How long a replica has to notice on waking that it stalled. */
const NOTICE_MS = { quick: 10_000, full: 2_000 };
const AFTER_MS = { quick: 2_000, full: 5_000 };
const LOOK_AGAIN_MS = 50;

/** Replicas by place: one stalls, one accepts the trades, one stalls and does not notice. */
const STALLS = 0;
const ACCEPTS = 1;
const UNAWARE = 2;

export const stall: Drill = {
  name: 'stall',
  title: 'A replica that stalls',
  how: `The engine is stopped with SIGSTOP for longer than its lease lasts and continued with SIGCONT, while trades are sent
to another replica. Its clients keep their connections.

- *Detected*: the stalls that the replica counted itself.
- *Given up*: the leases that ended, by the replica's own report and by the database.

The control is stopped in the same way and has no stall watch. Its clients receive everything in time, so it fails
by the number of detected stalls alone.`,
  minutes: 2,
  async run(options) {
    const { quick, controls, seed } = options;
    const form = quick ? 'quick' : 'full';
    const rig = await startRig({
      quick,
      seed,
      users: quick ? 20 : 300,
      symbols: quick ? 5 : 50,
      replicas: 3,
      seams: (index) => (controls && index === UNAWARE ? { without: ['stall-watch'] } : {}),
    });
    try {
      const rounds = quick ? 1 : scaled(ROUNDS, options);
      return await stand(rig, {
        rounds,
        seconds: STALL_S[form],
        afterMs: AFTER_MS[form],
        noticeMs: NOTICE_MS[form],
        controls,
      });
    } finally {
      await rig.close();
    }
  },
};

interface Standing {
  readonly rounds: number;
  readonly seconds: number;
  readonly afterMs: number;
  readonly noticeMs: number;
  readonly controls: boolean;
}

/** What became of one replica, over all rounds. */
interface Woken {
  detected: number;
  gaveUp: number;
  readonly wokenAt: number[];
}

async function stand(rig: Rig, { rounds, seconds, afterMs, noticeMs, controls }: Standing): Promise<Row[]> {
  const half = Math.ceil(rig.users.length / 2);
  const at = (group: string, place: number, from: number, to: number) =>
    rig.specs({ group, port: rig.slots[place]!.port, users: rig.users.slice(from, to), stock: 2 });
  const clients = [
    ...at('stalled', STALLS, 0, half),
    ...(controls ? at('unaware', UNAWARE, half, rig.users.length) : []),
  ];
  const run = await beginRun(rig, { clients, screens: false });
  const accepting = rig.slots[ACCEPTS]!;
  const publisher = rig.publisher({
    targets: () => [{ port: accepting.port, name: accepting.name }],
    userIds: clients.map(({ userId }) => userId),
  });
  const finish = publisher.start({ trades: 50, orders: 2 });
  const stalled: Woken = { detected: 0, gaveUp: 0, wokenAt: [] };
  const unaware: Woken = { detected: 0, gaveUp: 0, wokenAt: [] };
  for (let round = 0; round < rounds; round++) {
    await makeEngine(rig, STALLS);
    const sleepers = [
      { slot: rig.slots[STALLS]!, woken: stalled },
      ...(controls ? [{ slot: rig.slots[UNAWARE]!, woken: unaware }] : []),
    ];
    await Promise.all(sleepers.map(({ slot, woken }) => sleep(rig, slot, { seconds, noticeMs, woken })));
    await pause(afterMs);
  }
  await finish();

  const outcome = await run.end({ group: 'stalled' });
  const exits = rig.slots.reduce((sum, { unexpectedExits }) => sum + unexpectedExits, 0);
  const fault = `a replica stopped for ${seconds} s, ${rounds === 1 ? 'once' : `${rounds} times`}`;
  const rows: Row[] = [
    {
      fault: `${fault}, holding the engine lease`,
      faults: rounds,
      verdict: outcome.verdict,
      checks: [
        ...verdictChecks(outcome.verdict),
        staleCheck(outcome.verdict),
        exactly('stalls detected on waking', stalled.detected, rounds),
        exactly('leases given up', stalled.gaveUp, rounds),
        resynced(outcome, stalled),
        exactly('replicas that exited', exits, 0),
      ],
    },
  ];
  if (controls) {
    const { verdict } = await run.end({ group: 'unaware', withinMs: 0 });
    rows.push({
      fault,
      control: 'the watch over its own time',
      faults: rounds,
      verdict,
      checks: [
        ...verdictChecks(verdict),
        staleCheck(verdict),
        exactly('stalls detected on waking', unaware.detected, rounds),
      ],
    });
  }
  return rows;
}

async function sleep(
  rig: Rig,
  slot: Slot,
  { seconds, noticeMs, woken }: { seconds: number; noticeMs: number; woken: Woken },
): Promise<void> {
  const before = await stallsOf(slot);
  slot.replica.hang();
  await pause(seconds * 1_000);
  const other = await holderOf(rig);
  slot.replica.wake();
  woken.wokenAt.push(Date.now());
  if (await becomes(async () => (await stallsOf(slot)) > before, noticeMs)) woken.detected += 1;
  const gaveUp = await becomes(async () => (await leaseOf(slot)) === null, noticeMs);
  // Without another holder while it slept there would have been nothing to give up.
  if (gaveUp && other !== slot.name && (await holderOf(rig)) !== slot.name) woken.gaveUp += 1;
}

/** How long after its waking its clients had what was acknowledged during the stall. */
function resynced({ deliveries }: Outcome, { wokenAt }: Woken): Check {
  const delays = wokenAt.map((at) =>
    longestDelay(
      deliveries.filter(({ acknowledgedAt, arrivedAt }) => acknowledgedAt <= at && arrivedAt > at),
      at,
    ),
  );
  return within('clients resynced after', Math.max(...delays) / 1_000, RESYNCED_S, 's');
}

/** Replaces the holder of the lease until this place is the engine. */
async function makeEngine(rig: Rig, place: number): Promise<void> {
  const wanted = rig.slots[place]!;
  for (;;) {
    const holder = await holderOf(rig);
    if (holder === wanted.name) return;
    const other = rig.slots.find(({ name }) => name === holder);
    if (other) {
      await other.stop();
      await other.start();
    }
    await pause(LOOK_AGAIN_MS);
  }
}

/** Whether it comes true in this time. */
async function becomes(holdsNow: () => Promise<boolean>, waitedMs: number): Promise<boolean> {
  const deadline = Date.now() + waitedMs;
  while (!(await holdsNow())) {
    if (Date.now() > deadline) return false;
    await pause(LOOK_AGAIN_MS);
  }
  return true;
}

async function holderOf(rig: Rig): Promise<string | null> {
  const [row] = await rig.db.query<{ holder: string | null }>(
    "SELECT holder FROM leases WHERE name = 'engine' AND expires_at > now()",
    [],
  );
  return row?.holder ?? null;
}

const ask = (slot: Slot, route: string): Promise<Response> =>
  fetch(`http://127.0.0.1:${slot.port}${route}`, { headers: { connection: 'close' } });

/** As the replica counts them itself. */
async function stallsOf(slot: Slot): Promise<number> {
  const text = await (await ask(slot, '/metrics')).text();
  return Number(/^tradecast_stalls_total (\d+)$/m.exec(text)?.[1] ?? Number.NaN);
}

/** The fencing number under which it believes to be the engine. */
async function leaseOf(slot: Slot): Promise<number | null> {
  const health = (await (await ask(slot, '/health/websocket')).json()) as WebSocketHealthPayload;
  return health.replicas.find(({ replica }) => replica === slot.name)?.lease ?? null;
}
