import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { endTransport, type RealtimeServer } from './socket.ts';

/** Connections are closed in slices this far apart, milliseconds. */
const SLICE_MS = 50;
/** Clients are asked to come back within this at least, so that they do not come all at once, milliseconds. */
const MIN_RECONNECT_SPREAD_MS = 2_000;

export interface Drain {
  isDraining(): boolean;
  run(seconds: number): Promise<void>;
}

/**
 * Empties the server for a shutdown: everybody is told when to come back (spread, so that the others are not
 * overrun), then connections are closed evenly over the time by their transport, because a client that is
 * told `disconnect` does not come back by itself.
 */
export function createDrain({ io, clock, log }: { io: RealtimeServer; clock: Clock; log: Log }): Drain {
  let draining: Promise<void> | null = null;

  async function run(seconds: number): Promise<void> {
    const sockets = [...io.of('/').sockets.values()];
    log.info({ connections: sockets.length, seconds }, 'draining connections');
    const spread = Math.max(seconds * 1_000, MIN_RECONNECT_SPREAD_MS);
    sockets.forEach((socket, index) => {
      socket.emit('server:shutdown', {
        message: 'The server is restarting',
        reconnectInMs: Math.round(500 + (spread * index) / sockets.length),
        timestamp: new Date(clock.now()).toISOString(),
      });
    });

    const slices = Math.max(1, Math.round((seconds * 1_000) / SLICE_MS));
    let closed = 0;
    for (let slice = 1; closed < sockets.length; slice++) {
      if (seconds > 0) await new Promise<void>((resolve) => void clock.after(SLICE_MS, resolve));
      const due = Math.ceil((sockets.length * slice) / slices);
      for (const socket of sockets.slice(closed, due)) endTransport(socket);
      closed = due;
    }
  }

  return {
    isDraining: () => draining !== null,
    run: (seconds) => (draining ??= run(seconds)),
  };
}
