import type { Cancel, Clock } from '../../../lib/clock.ts';
import type { Log } from '../../../lib/log.ts';
import type { Database } from '../../sql/database.ts';

const PRUNE_INTERVAL_MS = 3_600_000;

/** A day goes once nothing was written to it for as long; a recording's days by when they were played. */
const OLD_DAYS = `
  SELECT source, day::text AS day FROM off_exchange_symbols GROUP BY source, day HAVING max(written_at) < $1`;

interface OldDay {
  readonly source: string;
  readonly day: string;
}

/** A day of the whole market has two million minutes, more than one statement can remove in its time: a hundred symbols. */
const PAGE = 100;
const PRUNE_PAGE = `
  WITH page AS (
    SELECT symbol FROM off_exchange_symbols WHERE source = $1 AND day = $2 ORDER BY symbol LIMIT ${PAGE}
  ),
  minutes AS (
    DELETE FROM off_exchange_minutes m USING page WHERE m.source = $1 AND m.day = $2 AND m.symbol = page.symbol
  )
  DELETE FROM off_exchange_symbols s USING page WHERE s.source = $1 AND s.day = $2 AND s.symbol = page.symbol
  RETURNING s.symbol`;
const PRUNE_GAPS = 'DELETE FROM off_exchange_gaps WHERE ended_at < $1';
const PRUNE_FOLLOWS = 'DELETE FROM off_exchange_follows WHERE since < $1';

/** Removes days that are older than `maxAgeMs`, at the start and every hour. */
export function createSumsPruner(options: {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly maxAgeMs: number;
}) {
  const { db, clock, log, maxAgeMs } = options;
  let cancel: Cancel = () => {};
  let running: Promise<unknown> = Promise.resolve();
  let isStopped = false;

  /** What is left of it when the pruner stops goes the next time. */
  const removeDay = async ({ source, day }: OldDay): Promise<void> => {
    let removed = 0;
    do removed = (await db.query(PRUNE_PAGE, [source, day])).length;
    while (removed === PAGE && !isStopped);
  };
  const prune = async (): Promise<void> => {
    const before = new Date(clock.now() - maxAgeMs);
    await db.query(PRUNE_GAPS, [before]);
    await db.query(PRUNE_FOLLOWS, [before]);
    for (const day of await db.query<OldDay>(OLD_DAYS, [before])) {
      await removeDay(day);
      if (isStopped) return;
    }
  };
  const run = (): void => {
    running = prune().catch((error: unknown) =>
      log.warn({ err: error }, 'old sums of off-exchange prints could not be removed'),
    );
  };

  return {
    start() {
      isStopped = false;
      run();
      cancel = clock.every(PRUNE_INTERVAL_MS, run);
    },
    async stop(): Promise<void> {
      cancel();
      isStopped = true;
      await running;
    },
  };
}
