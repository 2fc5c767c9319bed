import { setTimeout as pause } from 'node:timers/promises';
import type { PostgresServer } from '../../local/postgres-server.ts';
import { createRandom } from '../../rig/random.ts';
import { type BrokerStandIn, startBrokerStandIn } from '../../rig/stand-ins/broker/stand-in.ts';
import { type CommitCutter, startCommitCutter } from '../support/commit-cutter.ts';
import {
  atLeast,
  type Drill,
  type DrillOptions,
  exactly,
  type Row,
  scaled,
  waitMs,
  within,
} from '../support/drill.ts';
import type { Publisher } from '../support/publisher.ts';
import { type Rig, startRig } from '../support/rig.ts';
import { beginRun, verdictChecks } from '../support/run.ts';

const RESTARTS = { quick: 1, full: 10 };
const EVERY_S = { quick: 1, full: 6 };
/** Longer than any caller may wait for an error. */
const AWAY_S = { quick: 3.5, full: 10 };
const HUNG_S = 10;
const CUTTING_S = { quick: 3, full: 60, control: 5 };
/** One commit in so many is cut off. */
const CUT_ONE_IN = 10;
/** The promise: a request is answered within this, also while Postgres is away. */
const ANSWERED_WITHIN_MS = 3_000;
const LOAD = { trades: 50, orders: 10 };
/** An order whose outcome at the broker is unknown needs ten seconds of it, and there are several in a row. */
const SETTLE_MS = 40_000;

interface Site {
  readonly rig: Rig;
  readonly broker: BrokerStandIn;
  readonly cutter: CommitCutter;
  readonly quick: boolean;
}

interface Fault {
  readonly name: string;
  readonly times: number;
  /** Breaks it so many times, with time in between. */
  suffer(): Promise<void>;
  /** Errors are commits here, and the repeats have to find out. */
  readonly ambiguous?: boolean;
  readonly control?: string;
}

export const postgres: Drill = {
  name: 'postgres',
  title: 'Postgres restarted, away, and cut off right after COMMIT',
  how: `Trades and orders go straight to the replicas, because the front sends nothing to a replica without a database. The
broker is another process with its own records. Publishers retry under the same key. The faults:

- Postgres restarts fast (transactions end, a checkpoint is written) and immediately (as after a crash).
- Postgres is away, or hangs, for a while.
- A proxy in front of Postgres cuts one connection in ${CUT_ONE_IN} right after a COMMIT, or a statement that is a
  transaction by itself. Postgres commits, and the replica gets an error.

The results are the longest time to any answer, and how many errors turned out to be commits. The control retries
under a new key.`,
  minutes: 5,
  async run(options) {
    const { quick, controls, seed } = options;
    const broker = await startBrokerStandIn();
    let cutter: CommitCutter | null = null;
    const rig = await startRig({
      quick,
      seed,
      users: quick ? 20 : 300,
      replicas: quick ? 2 : 3,
      symbols: quick ? 5 : 50,
      ownPostgres: true,
      beforeReplicas: async ({ databaseUrl }) => {
        cutter = await startCommitCutter(Number(new URL(databaseUrl).port), createRandom(seed));
      },
      replicaEnv: () => ({ DATABASE_URL: `postgres://postgres@127.0.0.1:${cutter!.port}/tradecast` }),
      seams: () => ({ brokerUrl: broker.url }),
    });
    const site = { rig, broker, cutter: cutter!, quick };
    try {
      const rows: Row[] = [];
      for (const fault of faultsOf(site, options)) rows.push(await suffer(site, fault));
      // Last, because its duplicates stay.
      if (controls) rows.push(await suffer(site, cutFault(site, options, 'the key of a repeat')));
      return rows;
    } finally {
      await rig.close();
      await Promise.all([site.cutter.close(), broker.stop()]);
    }
  },
};

function faultsOf(site: Site, options: DrillOptions): Fault[] {
  const server = site.rig.postgres!;
  const form = options.quick ? 'quick' : 'full';
  const times = options.quick ? RESTARTS.quick : scaled(RESTARTS.full, options);
  const restarted = (mode: 'fast' | 'immediate'): Fault => ({
    name: `Postgres restarted, ${mode}, every ${EVERY_S[form]} s`,
    times,
    async suffer() {
      for (let time = 0; time < times; time++) {
        await server.restart(mode);
        await pause(EVERY_S[form] * 1_000);
      }
    },
  });
  return [
    restarted('fast'),
    restarted('immediate'),
    {
      name: `Postgres away for ${AWAY_S[form]} s`,
      times: 1,
      async suffer() {
        await server.kill();
        await pause(AWAY_S[form] * 1_000);
        await server.restart();
        await pause(EVERY_S[form] * 1_000);
      },
    },
    ...(options.quick ? [] : [hungFault(server)]),
    cutFault(site, options),
  ];
}

/** Connections stay open and nothing is answered. */
const hungFault = (server: PostgresServer): Fault => ({
  name: `Postgres hung for ${HUNG_S} s`,
  times: 1,
  async suffer() {
    server.hang();
    await pause(HUNG_S * 1_000);
    server.wake();
    await pause(EVERY_S.full * 1_000);
  },
});

function cutFault({ cutter }: Site, { quick, scale }: DrillOptions, control?: string): Fault {
  const full = control === undefined ? CUTTING_S.full * scale : CUTTING_S.control;
  const seconds = quick ? CUTTING_S.quick : full;
  return {
    name: 'the connection cut right after COMMIT was sent',
    // As often as there are commits to cut.
    times: Number.NaN,
    ambiguous: true,
    control,
    async suffer() {
      cutter.cut(CUT_ONE_IN);
      await pause(seconds * 1_000);
      cutter.cut(0);
    },
  };
}

async function suffer({ rig, broker, cutter, quick }: Site, fault: Fault): Promise<Row> {
  const { name, times, ambiguous = false, control } = fault;
  const run = await beginRun(rig, { clients: rig.specs({ stock: 4 }) });
  const publisher = rig.publisher({ targets: rig.toReplicas, freshKeys: control !== undefined });
  const finish = publisher.start(LOAD);
  await pause(quick ? 300 : 2_000);
  const cutBefore = cutter.cuts();
  await fault.suffer();
  const cuts = cutter.cuts() - cutBefore;
  await finish();

  const { verdict } = await run.end({
    // The duplicates of the control are there at once.
    withinMs: control === undefined ? waitMs({ quick }, SETTLE_MS) : 0,
    broker: control === undefined ? broker.rows : undefined,
  });
  const { slowestMs, cutOff, hadHappened } = publisher.failures();
  const exits = rig.slots.reduce((sum, { unexpectedExits }) => sum + unexpectedExits, 0);
  return {
    fault: name,
    ...(control !== undefined && { control }),
    faults: ambiguous ? cuts : times,
    verdict,
    checks: [
      ...verdictChecks(verdict),
      within('longest wait for an answer, error or not', slowestMs, ANSWERED_WITHIN_MS, 'ms'),
      exactly('requests without an answer', cutOff, 0),
      exactly('replicas that exited', exits, 0),
      ...(ambiguous && control === undefined ? [atLeast('errors that were commits', hadHappened, 1)] : []),
    ],
    notes: [toNote(name, publisher)],
  };
}

function toNote(name: string, publisher: Publisher): string {
  const { serverErrors, hadHappened } = publisher.failures();
  return `${name}: ${serverErrors} requests were answered with an error and retried; ${hadHappened} of them had been committed.`;
}
