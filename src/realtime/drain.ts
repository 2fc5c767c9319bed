import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { pause } from '../lib/pause.ts';
import { within } from '../lib/within.ts';
import type { Peer, Send } from './peer.ts';

/** Connections are closed in slices this far apart. */
export const SLICE_MS = 50;
/** Closed clients come back spread over this, after a pause. */
const RECONNECT_SPREAD_MS = 2_000;
const RECONNECT_PAUSE_MS = 500;
/** A command that still runs when its connection is due may take this much longer. */
export const ANSWER_GRACE_MS = 2_000;

export interface Drain {
  isDraining(): boolean;
  run(seconds: number): Promise<void>;
}

export interface DrainParts {
  readonly peers: ReadonlySet<Peer>;
  /** Whether another replica serves the clients that come back; otherwise they wait for our restart. */
  readonly othersServe: () => boolean;
  readonly answered: (peer: Peer) => Promise<unknown>;
  readonly close: (peer: Peer) => void;
  readonly send: Send;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Empties the server for a shutdown. First every client gets the time at which to come back once its connection has
 * closed; the times are spread, so that the other replicas are not overrun. Then the connections are closed evenly over
 * the given time. Until its turn each peer is served as before.
 */
export function createDrain({ peers, othersServe, answered, close, send, clock, log }: DrainParts): Drain {
  let draining: Promise<void> | null = null;

  function announce(open: readonly Peer[], seconds: number): void {
    const restartMs = othersServe() ? 0 : seconds * 1_000;
    open.forEach((peer, index) => {
      const share = index / open.length;
      send(peer, 'server:shutdown', {
        message: 'The server is restarting.',
        reconnectInMs: Math.round(RECONNECT_PAUSE_MS + RECONNECT_SPREAD_MS * share + restartMs * (1 - share)),
        timestamp: new Date(clock.now()).toISOString(),
      });
    });
  }

  async function end(peer: Peer): Promise<void> {
    await within(ANSWER_GRACE_MS, answered(peer), clock);
    close(peer);
  }

  async function run(seconds: number): Promise<void> {
    const open = [...peers];
    log.info({ connections: open.length, seconds }, 'draining connections');
    announce(open, seconds);
    const slices = Math.max(1, Math.round((seconds * 1_000) / SLICE_MS));
    const ends: Promise<void>[] = [];
    // All of the time, even without connections: proxies find out a little later that we are not ready.
    for (let slice = 1; slice <= slices; slice++) {
      if (seconds > 0) await pause(clock, SLICE_MS);
      const due = Math.ceil((open.length * slice) / slices);
      ends.push(...open.slice(ends.length, due).map(end));
    }
    await Promise.all(ends);
  }

  return {
    isDraining: () => draining !== null,
    run: (seconds) => (draining ??= run(seconds)),
  };
}
