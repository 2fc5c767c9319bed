import type { WebSocket } from 'ws';
import type { Cancel, Clock } from '../../lib/clock.ts';
import { PLAIN_PING_INTERVAL_MS } from '../../protocol/limits.ts';

/** Pings every socket at intervals, and cuts those that do not answer: their client is gone, or its line is. */
export interface Heartbeat {
  /** Until the socket closes. */
  follow(ws: WebSocket): void;
  stop: Cancel;
}

/** Sockets are pinged in turns, so that thousands are not written to in one moment. */
const TURN_MS = 1_000;
const TURNS = PLAIN_PING_INTERVAL_MS / TURN_MS;
/** Pings without an answer: a reader that is merely slow is given longer, and closed with a reason. */
const MAX_UNANSWERED = 2;

export function createHeartbeat(clock: Clock): Heartbeat {
  /** Pings since the last answer, by socket; a socket is in one of the turns. */
  const turns = Array.from({ length: TURNS }, () => new Map<WebSocket, number>());
  let followed = 0;
  let turn = 0;
  let cancel: Cancel | null = null;

  function beat(): void {
    turn = (turn + 1) % TURNS;
    const sockets = turns[turn]!;
    for (const [ws, unanswered] of sockets) {
      if (unanswered >= MAX_UNANSWERED) ws.terminate();
      else {
        sockets.set(ws, unanswered + 1);
        ws.ping();
      }
    }
  }

  return {
    follow(ws) {
      // No timer before the first socket.
      cancel ??= clock.every(TURN_MS, beat);
      const sockets = turns[followed++ % TURNS]!;
      sockets.set(ws, 0);
      ws.on('pong', () => sockets.set(ws, 0));
      ws.once('close', () => sockets.delete(ws));
    },
    stop() {
      cancel?.();
    },
  };
}
