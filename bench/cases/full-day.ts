import { createTestDatabase } from '../../rig/database/database.ts';
import { silentLog } from '../../rig/log.ts';
import { createLocalBus } from '../../src/adapters/local/bus.ts';
import type { Database } from '../../src/adapters/sql/database.ts';
import { createSumsStore } from '../../src/adapters/stores/off-exchange/sums.ts';
import { REGULAR_SALE } from '../../src/domain/market/trade-effects.ts';
import { NO_REST } from '../../src/domain/off-exchange/commit-most.ts';
import { inPieces } from '../../src/domain/off-exchange/pieces.ts';
import { createOffExchangeSums, type OffExchangeSums } from '../../src/domain/off-exchange/sums.ts';
import { totalsTopic } from '../../src/domain/off-exchange/topics.ts';
import { publishTotals } from '../../src/domain/off-exchange/totals-publisher.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { type BenchCase, milliseconds, thousands, times } from '../support/case.ts';
import { fillDay, readRaw, type StoredSize, writeRaw } from '../support/stored-day.ts';

const FULL: StoredSize = { symbols: 8_000, minutes: 250, largest: 10 };
const QUICK: StoredSize = { symbols: 300, minutes: 10, largest: 10 };
const ROUNDS = 5;
const SOURCE = 'bench';
const DAY = '2026-06-15';
const NOON = Date.parse(`${DAY}T16:00:00Z`);
const LEASE = 2;

/** Checks of the lease, and exact amounts of every large print. Of all minutes it would be hundreds. */
const MAX_RESTORE = 5;
const MAX_WRITE = 4;
/** A tenth of what counts as a stall of the process. */
const MAX_STILL_MS = 200;

export const fullDay: BenchCase = {
  name: 'full-day',
  title: 'a day of the whole market, stored',
  how: `A Postgres database holds the off-exchange sums of a day: ${thousands(FULL.symbols)} symbols with ${FULL.largest} large
prints and ${FULL.minutes} minutes each, ${thousands(FULL.symbols * FULL.minutes)} minutes in all. The median of ${ROUNDS} rounds:

- The next engine reads what it goes on from, in pages, each under a check of its lease. The reference is one plain
  statement that reads the same rows.
- Each symbol has a print, and the second is stored, in pieces, each under a check of the lease. The reference is one
  statement that changes and adds the same rows, with numbers that the database has already.
- Meanwhile, and while all totals are published as one message, the longest time between two looks at the clock 1 ms apart
  is how long the process stood still.`,

  async run({ quick }) {
    const size = quick ? QUICK : FULL;
    const database = await createTestDatabase('postgres');
    try {
      await fillDay(database.db, SOURCE, DAY, size);
      const { restore, write, whole, raw } = await measure(database.db, size);
      const still = Math.max(restore.stillMs, write.stillMs, whole.stillMs);
      const restored = restore.ms / raw.readMs;
      const written = write.ms / raw.writeMs;
      return {
        rows: [
          {
            what: `off-exchange sums of ${thousands(size.symbols)} symbols and ${thousands(size.symbols * size.minutes)} minutes: what an engine goes on from, against reading its rows`,
            measured: `${milliseconds(restore.ms)}: ${times(restored)}`,
            yardstick: milliseconds(raw.readMs),
            target: `≤ ${MAX_RESTORE} ×`,
            reached: restored <= MAX_RESTORE,
          },
          {
            what: `a second with a print in each of ${thousands(size.symbols)} symbols stored, against changing the same rows`,
            measured: `${milliseconds(write.ms)}: ${times(written)}`,
            yardstick: milliseconds(raw.writeMs),
            target: `≤ ${MAX_WRITE} ×`,
            reached: written <= MAX_WRITE,
          },
          {
            what: 'longest time the process stands still meanwhile, and to publish all totals',
            measured: milliseconds(still),
            yardstick: '–',
            target: `≤ ${MAX_STILL_MS} ms`,
            reached: still <= MAX_STILL_MS,
          },
        ],
        notes: [
          `stood still: ${milliseconds(restore.stillMs)} to go on, ${milliseconds(write.stillMs)} to store a second, ${milliseconds(whole.stillMs)} for a message of all totals`,
        ],
      };
    } finally {
      await database.close();
    }
  },
};

async function measure(db: Database, { symbols }: StoredSize) {
  const store = createSumsStore(db, SOURCE);
  await db.query("UPDATE leases SET fencing = $1 WHERE name = 'engine'", [LEASE]);
  let sums = createOffExchangeSums({ minNotional: 0, tapeNotional: 100_000 });
  const restore = await median(async () => {
    const { newest } = await store.load(LEASE);
    sums = createOffExchangeSums({ minNotional: 0, tapeNotional: 100_000 });
    sums.restore(newest!.day, newest!.symbols);
  });
  const changes = sums.changes();
  let round = 0;
  const write = await median(async () => {
    round += 1;
    for (let index = 1; index <= symbols; index++) sums.trade(printOf(index, round));
    for (const piece of inPieces(changes.take()))
      await store.commit(LEASE, { part: LEASE, summed: '*', changes: piece, ...NO_REST });
  });
  const read = await median(() => readRaw(db, SOURCE, DAY));
  const written = await median(() => {
    round += 1;
    return writeRaw(db, SOURCE, DAY, new Date(NOON + round * 60_000));
  });
  return {
    restore,
    write,
    whole: await median(() => publishWhole(sums, symbols)),
    raw: { readMs: read.ms, writeMs: written.ms },
  };
}

/** A print of the minute number `round`. */
const printOf = (index: number, round: number) => {
  const at = NOON + round * 60_000;
  const times = { sourceTime: at, participantTime: at, receivedAt: at };
  const identity = { exchange: 4, trf: 201, tradeId: `${round}`, sequence: round + 1 };
  return {
    ...times,
    ...identity,
    symbol: `S${index}`,
    ...{ price: 10, size: 100, decimalSize: '', effects: REGULAR_SALE },
  };
};

function publishWhole(sums: OffExchangeSums, symbols: number): Promise<void> {
  const bus = createLocalBus(silentLog);
  return new Promise((resolve, reject) => {
    const end = publishTotals({
      bus,
      clock: systemClock,
      sums,
      lease: LEASE,
      intervalMs: 1,
      arrival: { sends: () => true, state: () => 'live' },
      scope: () => ({ symbols: '*', quoted: 500, shed: 0, shedAt: null }),
      mayPublish: () => true,
    });
    bus.subscribe(totalsTopic, ({ rows }) => {
      end();
      if (rows.length === symbols) resolve();
      else reject(new Error(`a message of ${rows.length} totals`));
    });
  });
}

/** Of the time that `work` takes, and of the longest time that it lets nothing else run; milliseconds. */
async function median(work: () => Promise<unknown>) {
  const taken: number[] = [];
  const still: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    let longest = 0;
    let last = performance.now();
    const look = (): void => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    };
    const timer = setInterval(look, 1);
    const before = performance.now();
    await work();
    taken.push(performance.now() - before);
    look();
    clearInterval(timer);
    still.push(longest);
  }
  const middle = (all: number[]): number => all.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]!;
  return { ms: middle(taken), stillMs: middle(still) };
}
