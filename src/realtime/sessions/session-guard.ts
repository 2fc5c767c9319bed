import type { Sessions } from '../../domain/accounts/session.ts';
import { revokedTopic } from '../../domain/accounts/topics.ts';
import type { Bus } from '../../domain/bus/bus.ts';
import type { Cancel, Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { SessionRevokedPayload } from '../../protocol/connection.ts';
import { SESSION_CHECK_INTERVAL_MS } from '../../protocol/limits.ts';
import type { Peer } from '../peer.ts';
import type { PeerIndex } from '../peer-index.ts';
import { sessionIdOf } from '../principal.ts';

/** Sessions per query of the periodic check. */
const BATCH = 1_000;
/** After a failed check: peers must not wait for another whole interval. */
const RETRY_MS = 1_000;
/** An open connection counts as use of its session; the database records it at most this often. */
const TOUCH_INTERVAL_MS = 60 * 60 * 1000;

type RevokeReason = SessionRevokedPayload['reason'];

export interface SessionGuardParts {
  readonly index: PeerIndex;
  readonly sessions: Pick<Sessions, 'findMany' | 'touch'>;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  /** Sends the reason and closes the connection for good. */
  readonly revoke: (peer: Peer, reason: RevokeReason) => void;
}

/**
 * Ends the connections of sessions that have ended. The database decides and is asked every 30 seconds; the bus
 * only makes it faster. Each replica ends its own connections: while Redis is in trouble, `disconnectSockets` of
 * the Socket.IO adapter reaches all replicas, some of them or none. Returns what ends the guard.
 */
export function guardSessions(parts: SessionGuardParts): Cancel {
  const { index, bus, clock, log, revoke } = parts;
  const check = createCheck(parts);
  let cancelNext: Cancel = () => {};
  let stopped = false;

  function checkAfter(ms: number): void {
    if (stopped) return;
    cancelNext = clock.after(ms, () => {
      const startedAt = clock.now();
      check().then(
        // From start to start: a slow check must not make the next one late.
        () => checkAfter(Math.max(RETRY_MS, SESSION_CHECK_INTERVAL_MS - (clock.now() - startedAt))),
        (error: unknown) => {
          log.warn({ err: error }, 'the sessions of open connections could not be checked');
          checkAfter(RETRY_MS);
        },
      );
    });
  }
  checkAfter(SESSION_CHECK_INTERVAL_MS);

  const stopListening = bus.subscribe(revokedTopic, (message) => {
    const meant =
      'userId' in message ? index.byUser.get(message.userId) : index.bySession.get(message.sessionHash);
    // A copy: a connection may leave while it is revoked.
    for (const peer of [...(meant ?? [])]) revoke(peer, message.reason);
  });

  return () => {
    stopped = true;
    cancelNext();
    stopListening();
  };
}

/** One look at the sessions of all open connections. */
function createCheck({ index, sessions, clock, revoke }: SessionGuardParts): () => Promise<void> {
  let touchedAt = clock.now();

  return async () => {
    const open = peersBySessionId(index);
    const ids = [...open.keys()];
    const touch = clock.now() - touchedAt >= TOUCH_INTERVAL_MS;
    for (let start = 0; start < ids.length; start += BATCH) {
      const batch = ids.slice(start, start + BATCH);
      const active = await sessions.findMany(batch);
      for (const id of batch) {
        if (active.has(id)) continue;
        for (const peer of [...(open.get(id) ?? [])]) revoke(peer, 'expired');
      }
      if (touch) await sessions.touch([...active.keys()]);
    }
    if (touch) touchedAt = clock.now();
  };
}

function peersBySessionId({ bySession }: PeerIndex): ReadonlyMap<string, ReadonlySet<Peer>> {
  const open = new Map<string, ReadonlySet<Peer>>();
  for (const peers of bySession.values()) {
    const [peer] = peers;
    if (peer) open.set(sessionIdOf(peer.principal), peers);
  }
  return open;
}
