import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startReplica } from '../../local/replica.ts';
import { type Drill, type DrillOptions, holds, type Row, scaled, waitMs } from '../support/drill.ts';
import { verdictChecks } from '../support/run.ts';
import { type Solo, startSolo } from '../support/solo.ts';

const KILLS = 50;
/** From the start of a process to its end: in the middle of requests, at no particular moment. */
const LIFE_MS = { least: 300, most: 1_500 };
const SETTLE_MS = 20_000;
const SYMBOLS = ['AAPL', 'MSFT', 'NVDA', 'TSLA', 'SPY'];
const LOAD = { trades: 50, orders: 5 };

export const embedded: Drill = {
  name: 'embedded',
  title: 'Embedded database: kill -9, and a second process on its folder',
  how: `One replica on the embedded database accepts trades and orders. It is killed with kill -9 again and again, each time
started on the same folder. At the end the checker opens and reads the database itself. Once, while the replica
runs, a second process starts on the folder.

The control turns \`synchronous_commit\` off in the folder: commits are answered before they are written.`,
  minutes: 4,
  async run(options) {
    const rows = await killed(options);
    return options.controls ? [...rows, ...(await killed(options, 'the write before the answer'))] : rows;
  },
};

async function killed(options: DrillOptions, control?: string): Promise<Row[]> {
  const { quick, seed } = options;
  const solo = await startSolo({
    quick,
    seed,
    users: quick ? 8 : 40,
    symbols: SYMBOLS,
    ...(control !== undefined && { prepare: answerBeforeWriting }),
  });
  try {
    // One death is enough for the control.
    const kills = control !== undefined ? 1 : quick ? 2 : scaled(KILLS, options);
    const finish = solo.publisher.start(LOAD);
    const second: Row[] = control === undefined ? [await startSecond(solo)] : [];
    for (let kill = 0; kill < kills; kill++) {
      await pause(LIFE_MS.least + solo.random.next() * (LIFE_MS.most - LIFE_MS.least));
      await solo.slot.kill();
      await solo.slot.start();
    }
    await finish();
    // The control has lost what it waits for.
    const verdict = await solo.end(control === undefined ? waitMs(options, SETTLE_MS) : 0);
    const fault = 'kill -9 of the only replica';
    return [{ fault, control, faults: kills, verdict, checks: verdictChecks(verdict) }, ...second];
  } finally {
    await solo.close();
  }
}

async function answerBeforeWriting(databaseFolder: string): Promise<void> {
  await writeFile(path.join(databaseFolder, 'pgdata/postgresql.auto.conf'), 'synchronous_commit = off\n');
}

/** Another process on the folder of the one that runs and goes on running. */
async function startSecond({ env, slot }: Solo): Promise<Row> {
  const complaint = await startReplica({ env }).then(
    async (replica) => {
      await replica.kill();
      return '';
    },
    (error: Error) => error.message,
  );
  const sentence = `Another process is using the database in ${path.join(env.DATA_DIR!, 'database')}. Stop it first, or set DATA_DIR to another folder.`;
  return {
    fault: 'a second process on the same data folder',
    faults: 1,
    verdict: null,
    checks: [
      holds('second process refused', complaint.endsWith(`ended with 1:\n${sentence}`)),
      holds('first process still runs', slot.isRunning),
    ],
  };
}
