import type { RateLimiter } from '../../domain/limits/counters.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { RealtimeMetrics } from '../../metrics/realtime.ts';
import { beginningOf } from '../../protocol/display-text.ts';
import { TradecastError } from '../../protocol/errors.ts';
import { type ClientEvent, isCommand } from '../../protocol/events.ts';
import type { Peer, Send } from '../peer.ts';
import type { SessionCheck } from '../sessions/session-check.ts';
import { createCommandLimits } from './command-limits.ts';
import { createFloodCounter } from './flood.ts';

export interface GateParts {
  readonly limiter: RateLimiter;
  readonly clock: Clock;
  readonly metrics: Pick<RealtimeMetrics, 'messageReceived'>;
  readonly log: Log;
  readonly send: Send;
  readonly checkSession: SessionCheck;
  readonly onFlood: (peer: Peer) => void;
  /** A message found that the peer's session has ended; its refusal has been written. */
  readonly onSessionEnded: (peer: Peer) => void;
}

/** What every message of a peer passes, in whatever dialect it is written. */
export interface Gate {
  /**
   * Handles one message. What `handle` throws is counted and written as `error`; `refused` gets it first. `event`
   * names the message in metrics and refusals.
   */
  pass(
    peer: Peer,
    event: string,
    handle: () => Promise<void>,
    refused?: (refusal: TradecastError) => void,
  ): void;
  /** Limit → session → run, for a command or for what counts as one. */
  charge<T>(peer: Peer, event: ClientEvent, run: () => T | Promise<T>): Promise<T>;
  /** Refuses a message whose name is none, at the cost of a point. */
  refuseUnknown(peer: Peer): Promise<never>;
  /** Resolves when everything that the peer has sent so far is answered. */
  answered(peer: Peer): Promise<unknown>;
}

export function createGate(parts: GateParts): Gate {
  const limits = createCommandLimits(parts.limiter);
  const flood = createFloodCounter(parts.clock);
  const refuse = createRefuse(parts);
  const underWay = new WeakMap<Peer, Set<Promise<void>>>();

  return {
    pass(peer, event, handle, refused) {
      if (flood.isFlooding(peer)) return;
      const running = underWay.get(peer) ?? new Set();
      const handled = handle()
        .catch((error: unknown) => {
          const refusal = refuse.count(peer, event, error);
          if (flood.refused(peer)) {
            parts.onFlood(peer);
            return;
          }
          refused?.(refusal);
          refuse.write(peer, event, refusal);
        })
        .finally(() => {
          // Thousands of peers rest most of the time: a peer that sends nothing takes no memory.
          if (running.delete(handled) && running.size === 0) underWay.delete(peer);
        });
      underWay.set(peer, running.add(handled));
    },
    async charge(peer, event, run) {
      const result = await limits.charge(peer, event, async () => {
        await parts.checkSession(peer);
        return run();
      });
      parts.metrics.messageReceived(event, 'ok');
      return result;
    },
    async refuseUnknown(peer) {
      await limits.chargeUnknown(peer);
      throw new TradecastError('UNKNOWN_EVENT', 'Unknown event');
    },
    answered: (peer) => Promise.all(underWay.get(peer) ?? []),
  };
}

/** How a message is refused. */
function createRefuse({ clock, metrics, log, send, onSessionEnded }: GateParts) {
  return {
    count(peer: Peer, event: string, error: unknown): TradecastError {
      const refusal =
        error instanceof TradecastError ? error : new TradecastError('INTERNAL', 'Something went wrong here');
      if (refusal !== error) log.error({ err: error, event, socketId: peer.id }, 'an event handler failed');
      metrics.messageReceived(isCommand(event) ? event : 'unknown', refusal.code);
      return refusal;
    },
    write(peer: Peer, event: string, { code, message, retryAfterMs }: TradecastError): void {
      const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
      const timestamp = new Date(clock.now()).toISOString();
      // An unknown name is the client's text: it is repeated, but not at any length.
      send(peer, 'error', { code, message, event: beginningOf(event, 64), timestamp, ...wait });
      if (code === 'UNAUTHENTICATED') onSessionEnded(peer);
    },
  };
}
