import type { Sessions } from '../domain/accounts/session.ts';
import type { Clock } from '../lib/clock.ts';
import { sessionEnded, TradecastError } from '../protocol/errors.ts';
import { type RealtimeSocket, sessionIdOf } from './socket.ts';

/**
 * Whether the session behind a command still holds, asked of the database: the bus may be away, and what it
 * tells may be lost. Throws UNAUTHENTICATED where it has ended, UNAVAILABLE where the database is too slow to be
 * believed.
 */
export type SessionCheck = (socket: RealtimeSocket) => Promise<void>;

/**
 * A revoked session is refused within this of the commit, so no answer counts for longer, milliseconds from asking.
 * (An order does not rest on it: the transaction that writes it reads the session again.)
 */
const BELIEVED_MS = 1_000;
/** For as long as this it also serves the next commands: a page sends four subscriptions at once, milliseconds. */
const REUSED_MS = 500;
/** A database this slow every time is overloaded: asking on makes it worse. */
const ATTEMPTS = 3;
const RETRY_AFTER_MS = 1_000;

interface Asked {
  readonly at: number;
  readonly holds: Promise<boolean>;
}

export function createSessionCheck({
  sessions,
  clock,
}: {
  readonly sessions: Pick<Sessions, 'find'>;
  readonly clock: Clock;
}): SessionCheck {
  const lastAsked = new WeakMap<RealtimeSocket, Asked>();
  const ageOf = ({ at }: Asked): number => Math.abs(clock.now() - at);

  function ask(socket: RealtimeSocket): Asked {
    const asked = {
      at: clock.now(),
      holds: sessions.find(sessionIdOf(socket)).then((session) => session !== null),
    };
    lastAsked.set(socket, asked);
    // The next command asks again; this one hears of it below.
    asked.holds.catch(() => lastAsked.delete(socket));
    return asked;
  }

  return async (socket) => {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const last = lastAsked.get(socket);
      const asked = last && ageOf(last) <= REUSED_MS ? last : ask(socket);
      if (!(await asked.holds)) throw sessionEnded();
      if (ageOf(asked) <= BELIEVED_MS) return;
    }
    throw new TradecastError('UNAVAILABLE', 'Sessions cannot be checked right now. Try again.', {
      retryAfterMs: RETRY_AFTER_MS,
    });
  };
}
