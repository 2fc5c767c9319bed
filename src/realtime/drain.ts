import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { endTransport, type RealtimeServer, type RealtimeSocket } from './socket.ts';

/** Connections are closed in slices this far apart, milliseconds. */
const SLICE_MS = 50;
/** Those who were closed come back spread over this, beginning after a pause, milliseconds. */
const RECONNECT_SPREAD_MS = 2_000;
const RECONNECT_PAUSE_MS = 500;
/** A command that is still running when its connection is due may take this much longer, milliseconds. */
const ANSWER_GRACE_MS = 2_000;

export interface Drain {
  isDraining(): boolean;
  run(seconds: number): Promise<void>;
}

export interface DrainParts {
  readonly io: RealtimeServer;
  /** Whether another replica takes who comes back; else that is for after our restart. */
  readonly othersServe: () => boolean;
  readonly answered: (socket: RealtimeSocket) => Promise<unknown>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Empties the server for a shutdown: everybody is told how long to stay away once the connection has closed
 * (spread, so that the others are not overrun), then connections are closed evenly over the time by their
 * transport, because a client that is told `disconnect` does not come back by itself. Until then each is
 * served as ever.
 */
export function createDrain({ io, othersServe, answered, clock, log }: DrainParts): Drain {
  let draining: Promise<void> | null = null;
  const pause = (ms: number): Promise<void> =>
    new Promise<void>((resolve) => void clock.after(ms, () => resolve()));

  async function end(socket: RealtimeSocket): Promise<void> {
    await Promise.race([answered(socket), pause(ANSWER_GRACE_MS)]);
    endTransport(socket);
  }

  async function run(seconds: number): Promise<void> {
    const sockets = [...io.of('/').sockets.values()];
    log.info({ connections: sockets.length, seconds }, 'draining connections');
    const restartMs = othersServe() ? 0 : seconds * 1_000;
    sockets.forEach((socket, index) => {
      const share = index / sockets.length;
      socket.emit('server:shutdown', {
        message: 'The server is restarting',
        reconnectInMs: Math.round(RECONNECT_PAUSE_MS + RECONNECT_SPREAD_MS * share + restartMs * (1 - share)),
        timestamp: new Date(clock.now()).toISOString(),
      });
    });

    const slices = Math.max(1, Math.round((seconds * 1_000) / SLICE_MS));
    const ends: Promise<void>[] = [];
    // All of the time, whoever is connected: proxies find out that we are not ready a little later.
    for (let slice = 1; slice <= slices; slice++) {
      if (seconds > 0) await pause(SLICE_MS);
      const due = Math.ceil((sockets.length * slice) / slices);
      ends.push(...sockets.slice(ends.length, due).map(end));
    }
    await Promise.all(ends);
  }

  return {
    isDraining: () => draining !== null,
    run: (seconds) => (draining ??= run(seconds)),
  };
}
