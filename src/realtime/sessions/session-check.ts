import type { Sessions } from '../../domain/accounts/session.ts';
import type { Clock } from '../../lib/clock.ts';
import { sessionEnded, TradecastError } from '../../protocol/errors.ts';
import type { Peer } from '../peer.ts';
import { isVisitor, sessionIdOf } from '../principal.ts';

/**
 * Whether the session behind a command still holds, according to the database: the bus may be away or lose a
 * message. Throws UNAUTHENTICATED for an ended session, UNAVAILABLE where the database answers too slowly to be
 * trusted.
 */
export type SessionCheck = (peer: Peer) => Promise<void>;

/**
 * A revoked session is refused within this of the commit, so no answer counts for longer, from the question on.
 * (An order does not depend on it: the transaction that writes it reads the session again.)
 */
const TRUSTED_MS = 1_000;
/** For this long an answer serves the next commands too: a page sends four subscriptions at once. */
const REUSED_MS = 500;
/** A database that is this slow each time is overloaded; more questions make it worse. */
const ATTEMPTS = 3;
const RETRY_AFTER_MS = 1_000;

interface Question {
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
  const lastQuestion = new WeakMap<Peer, Question>();
  const ageOf = ({ at }: Question): number => Math.abs(clock.now() - at);

  function ask(peer: Peer): Question {
    const question = {
      at: clock.now(),
      holds: sessions.find(sessionIdOf(peer.principal)).then((session) => session !== null),
    };
    lastQuestion.set(peer, question);
    // The next command asks again; this one rejects below.
    question.holds.catch(() => lastQuestion.delete(peer));
    return question;
  }

  return async (peer) => {
    if (isVisitor(peer.principal)) return;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const last = lastQuestion.get(peer);
      const question = last && ageOf(last) <= REUSED_MS ? last : ask(peer);
      if (!(await question.holds)) throw sessionEnded();
      if (ageOf(question) <= TRUSTED_MS) return;
    }
    throw new TradecastError('UNAVAILABLE', 'Sessions cannot be checked right now. Try again.', {
      retryAfterMs: RETRY_AFTER_MS,
    });
  };
}
