import type { Sessions } from '../domain/accounts/session.ts';
import type { Bus } from '../domain/cluster/bus.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { SESSION_CHECK_INTERVAL_MS } from '../protocol/limits.ts';
import type { SessionRevokedPayload } from '../protocol/payloads.ts';
import { sessionRoom, userRoom } from '../protocol/rooms.ts';
import { type RealtimeServer, type RealtimeSocket, sessionIdOf } from './socket.ts';

/** Sessions per query of the periodic check. */
const BATCH = 1_000;
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
 * the bus only makes it faster. Returns what stops the guard.
 */
export function createSessionGuard({
  io,
  sessions,
  bus,
  clock,
  log,
  onRevoke,
}: SessionGuardParts): () => void {
  let touchedAt = clock.now();

  function revoke(socket: RealtimeSocket, reason: SessionRevokedPayload['reason']): void {
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
    if (touch) touchedAt = clock.now();
    for (let start = 0; start < ids.length; start += BATCH) {
      const batch = ids.slice(start, start + BATCH);
      const active = await sessions.findMany(batch);
      const ended = new Set(batch.filter((id) => !active.has(id)));
      for (const socket of sockets) if (ended.has(sessionIdOf(socket))) revoke(socket, 'expired');
      if (touch) await sessions.touch([...active.keys()]);
    }
  }

  const stopChecking = clock.every(SESSION_CHECK_INTERVAL_MS, () => {
    check().catch((error: unknown) =>
      log.warn({ err: error }, 'the sessions of open sockets could not be checked'),
    );
  });
  const stopListening = bus.subscribe('revoked', (message) => {
    revokeRoom(
      'userId' in message ? userRoom(message.userId) : sessionRoom(message.sessionHash),
      message.reason,
    );
  });

  return () => {
    stopChecking();
    stopListening();
  };
}
