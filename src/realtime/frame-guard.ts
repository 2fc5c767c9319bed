import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';

/**
 * Frames of one socket within the window, pings and pongs too. A client of ours sends a few a second; a flood makes the
 * service parse, and some frames are answered before anybody knows who sends them.
 */
const MAX_FRAMES = 2_000;
const WINDOW_MS = 10_000;
/** Time in which a flooding client may read the close frame. Nothing more is read from it. */
const FLOOD_GRACE_MS = 1_000;

const FRAMES = ['message', 'ping', 'pong'] as const;

/**
 * What `ws` calls for each frame of a message. The socket itself tells of whole messages only: thousands of empty parts may
 * come without one.
 */
interface FrameReceiver {
  readonly _fin: boolean;
  dataMessage(this: FrameReceiver, done: unknown): void;
}

/** What the guard needs of a WebSocket. */
export interface FramedSocket {
  readonly _receiver?: FrameReceiver | null;
  on(event: (typeof FRAMES)[number], listener: () => void): unknown;
  once(event: 'close', listener: () => void): unknown;
  close(code: number, reason: string): void;
  pause(): void;
  terminate(): void;
}

export interface FrameGuardParts {
  /** The close code of a flood. */
  readonly floodCode: number;
  readonly clock: Clock;
  readonly log: Pick<Log, 'warn'>;
}

/** Closes each guarded socket that floods. */
export function createFrameGuard({ floodCode, clock, log }: FrameGuardParts): (ws: FramedSocket) => void {
  const counts = new WeakMap<FramedSocket, { windowStart: number; frames: number }>();

  function end(ws: FramedSocket): void {
    log.warn({ reason: 'flood' }, 'closing a socket that sends too many frames');
    ws.close(floodCode, 'flood');
    ws.pause();
    const cancelCut = clock.after(FLOOD_GRACE_MS, () => ws.terminate());
    ws.once('close', cancelCut);
  }

  /** One listener for all sockets. */
  function count(this: FramedSocket): void {
    const now = clock.now();
    let count = counts.get(this);
    if (!count || Math.abs(now - count.windowStart) > WINDOW_MS) {
      count = { windowStart: now, frames: 0 };
      counts.set(this, count);
    }
    count.frames += 1;
    if (count.frames === MAX_FRAMES + 1) end(this);
  }

  /** The last part is counted as the message. */
  function countParts(ws: FramedSocket, receiver: FrameReceiver): void {
    const { dataMessage } = receiver;
    receiver.dataMessage = function (done) {
      if (!this._fin) count.call(ws);
      dataMessage.call(this, done);
    };
  }

  return (ws) => {
    if (ws._receiver) countParts(ws, ws._receiver);
    for (const frame of FRAMES) ws.on(frame, count);
  };
}
