import type { Sessions } from '../domain/accounts/session.ts';
import { revokedTopic } from '../domain/accounts/topics.ts';
import type { Bus } from '../domain/bus/bus.ts';
import type { Cancel, Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { SessionRevokedPayload } from '../protocol/connection.ts';
import { SESSION_CHECK_INTERVAL_MS } from '../protocol/limits.ts';
import { sessionRoom, userRoom } from '../protocol/rooms.ts';
import { type RealtimeServer, type RealtimeSocket, sessionIdOf } from './socket.ts';

/** Sessions per query of the periodic check. */
const BATCH = 1_000;
/** A check that failed is made again after this: sockets must not wait for another whole interval, milliseconds. */
const RETRY_MS = 1_000;
/** An open socket counts as use of its session, told to the database at most this often, milliseconds. */
const TOUCH_INTERVAL_MS = 60 * 60 * 1000;

export interface SessionGuardParts {
  readonly io: RealtimeServer;
  readonly sessions: Sessions;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly onRevoke: (socket: RealtimeSocket) => void;
}

/**
 * Ends the sockets of sessions that have ended. The database is what counts and is asked every 30 seconds;
 * the bus only makes it faster. Other replicas hear of it on the bus and end their own sockets: the adapter's
 * `disconnectSockets` ends anybody from everybody to nobody while Redis is in trouble.
 */
export interface SessionGuard {
  revoke(socket: RealtimeSocket, reason: SessionRevokedPayload['reason']): void;
  stop(): void;
}

export function createSessionGuard(parts: SessionGuardParts): SessionGuard {
  const { io, sessions, bus, clock, log, onRevoke } = parts;
  let touchedAt = clock.now();
  let cancelNext: Cancel = () => {};
  let stopped = false;

  function revoke(socket: RealtimeSocket, reason: SessionRevokedPayload['reason']): void {
    if (!socket.connected) return;
    socket.emit('session:revoked', { reason });
    onRevoke(socket);
    // Unlike a closed transport this tells a stock client not to come back by itself.
    socket.disconnect(true);
  }

  function revokeRoom(room: string, reason: SessionRevokedPayload['reason']): void {
    for (const id of io.of('/').adapter.rooms.get(room) ?? []) {
      const socket = io.of('/').sockets.get(id);
      if (socket) revoke(socket, reason);
    }
  }

  async function check(): Promise<void> {
    const sockets = [...io.of('/').sockets.values()];
    const ids = [...new Set(sockets.map(sessionIdOf))];
    const touch = clock.now() - touchedAt >= TOUCH_INTERVAL_MS;
    for (let start = 0; start < ids.length; start += BATCH) {
      const batch = ids.slice(start, start + BATCH);
      const active = await sessions.findMany(batch);
      const ended = new Set(batch.filter((id) => !active.has(id)));
      for (const socket of sockets) if (ended.has(sessionIdOf(socket))) revoke(socket, 'expired');
      if (touch) await sessions.touch([...active.keys()]);
    }
    if (touch) touchedAt = clock.now();
  }

  function checkAfter(ms: number): void {
    if (stopped) return;
    cancelNext = clock.after(ms, () => {
      const startedAt = clock.now();
      check().then(
        // From start to start: a slow check must not make the next one late.
        () => checkAfter(Math.max(RETRY_MS, SESSION_CHECK_INTERVAL_MS - (clock.now() - startedAt))),
        (error: unknown) => {
          log.warn({ err: error }, 'the sessions of open sockets could not be checked');
          checkAfter(RETRY_MS);
        },
      );
    });
  }
  checkAfter(SESSION_CHECK_INTERVAL_MS);

  const stopListening = bus.subscribe(revokedTopic, (message) => {
    revokeRoom(
      'userId' in message ? userRoom(message.userId) : sessionRoom(message.sessionHash),
      message.reason,
    );
  });

  return {
    revoke,
    stop() {
      stopped = true;
      cancelNext();
      stopListening();
    },
  };
}
