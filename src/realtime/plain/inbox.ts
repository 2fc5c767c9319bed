import type { WebSocket } from 'ws';

/** A text message; null for a binary one. */
export type Incoming = string | null;

/** The messages of one client, in order; those that come before somebody reads them wait. */
export interface Inbox {
  /** Calls back with the first message; the rest waits until `open`, and nothing further is read from the line. */
  first(read: (message: Incoming) => void): void;
  /** Hands over what waits, and every message from now on. */
  open(read: (message: Incoming) => void): void;
}

export function createInbox(ws: WebSocket): Inbox {
  // Bounded by what the line had delivered when it was paused.
  const early: Incoming[] = [];
  const keep = (message: Incoming): void => void early.push(message);
  let handle = keep;
  ws.on('message', (data, isBinary) => handle(isBinary ? null : String(data)));

  return {
    first(read) {
      handle = (message) => {
        handle = keep;
        ws.pause();
        read(message);
      };
    },
    open(read) {
      handle = read;
      for (const message of early.splice(0)) read(message);
      ws.resume();
    },
  };
}
