import type { Cancel, Clock } from '../../../lib/clock.ts';
import type { Log } from '../../../lib/log.ts';
import type { Database } from '../../sql/database.ts';

const PRUNE_INTERVAL_MS = 3_600_000;

/**
 * A day goes as a whole once nothing was written to it for as long; a recording's days by when they were played. Where it
 * has no sums, gaps and follows say how old it is.
 */
const OLD_DAYS = `
  SELECT source, day::text AS day FROM (
    SELECT source, day, written_at AS at FROM off_exchange_symbols
    UNION ALL SELECT source, day, ended_at FROM off_exchange_gaps
    UNION ALL SELECT source, day, since FROM off_exchange_follows
    UNION ALL SELECT source, day, since FROM off_exchange_whole_market
  ) AS written GROUP BY source, day HAVING max(at) < $1`;

interface OldDay {
  readonly source: string;
  readonly day: string;
}

/** A day of the whole market has two million minutes, more than one statement can remove in its time: a hundred symbols. */
const PAGE = 100;
/** What was written since the look stays: a recorded day may be played again meanwhile. */
const PRUNE_PAGE = `
  WITH page AS (
    SELECT symbol FROM off_exchange_symbols WHERE source = $1 AND day = $2 AND written_at < $3
    ORDER BY symbol LIMIT ${PAGE}
  ),
  gone AS (
    DELETE FROM off_exchange_symbols s USING page
    WHERE s.source = $1 AND s.day = $2 AND s.symbol = page.symbol AND s.written_at < $3
    RETURNING s.symbol
  ),
  minutes AS (
    DELETE FROM off_exchange_minutes m USING gone WHERE m.source = $1 AND m.day = $2 AND m.symbol = gone.symbol
  )
  SELECT symbol FROM gone`;
/** Gaps and follows say what its sums are worth: they go after the last of them. */
const PRUNE_REST = [
  ['gaps', 'ended_at'],
  ['follows', 'since'],
  ['whole_market', 'since'],
].map(
  ([table, time]) => `
  DELETE FROM off_exchange_${table} WHERE source = $1 AND day = $2 AND ${time} < $3
    AND NOT EXISTS (SELECT 1 FROM off_exchange_symbols WHERE source = $1 AND day = $2)`,
);

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
  const removeDay = async ({ source, day }: OldDay, before: Date): Promise<void> => {
    let removed = 0;
    do removed = (await db.query(PRUNE_PAGE, [source, day, before])).length;
    while (removed === PAGE && !isStopped);
    for (const statement of PRUNE_REST) await db.query(statement, [source, day, before]);
  };
  const prune = async (): Promise<void> => {
    const before = new Date(clock.now() - maxAgeMs);
    for (const day of await db.query<OldDay>(OLD_DAYS, [before])) {
      await removeDay(day, before);
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
