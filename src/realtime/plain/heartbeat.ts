import type { WebSocket } from 'ws';
import type { Cancel, Clock } from '../../lib/clock.ts';
import { PLAIN_PING_INTERVAL_MS } from '../../protocol/limits.ts';
import type { PlainPeer } from './peer.ts';

/** Pings every socket at intervals, and cuts those that do not answer: their client is gone, or its line is. */
export interface Heartbeat {
  /** Until the socket closes. */
  follow(peer: Pick<PlainPeer, 'ping' | 'ponged'>, ws: WebSocket): void;
  stop: Cancel;
}

/** Sockets are pinged in turns, so that thousands are not written to in one moment. */
const TURN_MS = 1_000;
const TURNS = PLAIN_PING_INTERVAL_MS / TURN_MS;
/** Turns without an answer: a reader that is merely slow is given longer, and closed with a reason. */
const MAX_UNANSWERED = 2;

interface Followed {
  readonly peer: Pick<PlainPeer, 'ping' | 'ponged'>;
  /** Turns since the last answer. */
  unanswered: number;
}

export function createHeartbeat(clock: Clock): Heartbeat {
  /** By socket, which is in one of the turns. */
  const turns = Array.from({ length: TURNS }, () => new Map<WebSocket, Followed>());
  let followed = 0;
  let turn = 0;
  let cancel: Cancel | null = null;

  function beat(): void {
    turn = (turn + 1) % TURNS;
    for (const [ws, socket] of turns[turn]!) {
      if (socket.unanswered >= MAX_UNANSWERED) ws.terminate();
      else {
        socket.unanswered += 1;
        socket.peer.ping();
      }
    }
  }

  return {
    follow(peer, ws) {
      // No timer before the first socket.
      cancel ??= clock.every(TURN_MS, beat);
      const sockets = turns[followed++ % TURNS]!;
      const own: Followed = { peer, unanswered: 0 };
      sockets.set(ws, own);
      ws.on('pong', (data) => {
        own.unanswered = 0;
        peer.ponged(data);
      });
      ws.once('close', () => sockets.delete(ws));
    },
    stop() {
      cancel?.();
    },
  };
}
