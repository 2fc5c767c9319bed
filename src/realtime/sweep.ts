import type { Journal } from '../domain/journal/journal.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { JOURNAL_HEAD_INTERVAL_MS } from '../protocol/limits.ts';
import type { JournalPosition } from '../protocol/trades.ts';
import { encodeEvent } from './encode.ts';
import type { PortfolioViews } from './portfolio-views.ts';
import type { RealtimeSocket } from './socket.ts';
import type { StateLane } from './state-lane.ts';
import type { UserStreams } from './user-streams.ts';

/**
 * What the bus lost, found in the database: one query for all users with sockets here says how far each journal
 * goes and whether the holdings have changed. A lost notice shows with the next one; only the sweep finds the
 * last before a silence.
 */
export interface Sweep {
  /** Looks now: the bus was away, or this process was. */
  now(): void;
  stop(): void;
}

/** A lost message is made up for within this and one query, milliseconds. */
export const SWEEP_INTERVAL_MS = 5_000;

export interface SweepParts {
  readonly journal: Pick<Journal, 'heads'>;
  readonly clock: Clock;
  readonly log: Log;
  /** By user, with the sockets here. */
  readonly connected: () => ReadonlyMap<string, readonly RealtimeSocket[]>;
  readonly streams: Pick<UserStreams, 'headIs'>;
  readonly views: Pick<PortfolioViews, 'holdingsAre'>;
  readonly lane: Pick<StateLane, 'offer'>;
}

export function createSweep(parts: SweepParts): Sweep {
  const { journal, clock, log, streams, views, lane } = parts;
  let running = false;
  let again = false;
  let toldAt = clock.now();

  async function sweep(): Promise<void> {
    const connected = parts.connected();
    if (connected.size === 0) return;
    const heads = await journal.heads([...connected.keys()]);
    // Half an interval of grace: timers are late by a little, and a head told every third time would be late by much.
    const tell = clock.now() - toldAt >= JOURNAL_HEAD_INTERVAL_MS - SWEEP_INTERVAL_MS / 2;
    if (tell) toldAt = clock.now();
    for (const [userId, { holdings, ...head }] of heads) {
      streams.headIs(userId, head);
      views.holdingsAre(userId, holdings);
      if (tell) tellHead(connected.get(userId) ?? [], head);
    }
  }

  function tellHead(sockets: readonly RealtimeSocket[], { epoch, seq }: JournalPosition): void {
    const event = encodeEvent('journal:head', { epoch, seq });
    for (const socket of sockets) lane.offer(socket, event);
  }

  function run(): void {
    running = true;
    again = false;
    sweep()
      .catch((error: unknown) => log.warn({ err: error }, 'the journal heads could not be read'))
      .finally(() => {
        running = false;
        if (again) run();
      });
  }

  const stop = clock.every(SWEEP_INTERVAL_MS, () => running || run());

  return {
    now() {
      // What is being read may have been read before that which we are told to look for.
      if (running) again = true;
      else run();
    },
    stop() {
      again = false;
      stop();
    },
  };
}
