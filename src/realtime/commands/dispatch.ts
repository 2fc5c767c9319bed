import type { z } from 'zod';
import type { RateLimiter } from '../../domain/limits/counters.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { RealtimeMetrics } from '../../metrics/realtime.ts';
import { TradecastError } from '../../protocol/errors.ts';
import {
  type AnswerTo,
  type ClientEvent,
  COMMAND_SHAPES,
  type HandlerAnswer,
  isCommand,
  replyTo,
} from '../../protocol/events.ts';
import type { Peer, Send } from '../peer.ts';
import type { SessionCheck } from '../sessions/session-check.ts';
import { createCommandLimits } from './command-limits.ts';
import { createFloodCounter } from './flood.ts';
import type { Handlers } from './handlers.ts';

export interface DispatchParts {
  readonly handlers: Handlers;
  readonly limiter: RateLimiter;
  readonly clock: Clock;
  readonly metrics: Pick<RealtimeMetrics, 'messageReceived'>;
  readonly log: Log;
  readonly send: Send;
  readonly checkSession: SessionCheck;
  readonly onFlood: (peer: Peer) => void;
  /** A command found that the peer's session has ended; its refusal has been written. */
  readonly onSessionEnded: (peer: Peer) => void;
}

/** Carries an answer back to a client that waits for it. */
export type Ack = <E extends ClientEvent>(answer: AnswerTo<E>) => void;

export interface Dispatch {
  /** Handles one event of a peer, whatever it is, and answers it. */
  receive(peer: Peer, event: string, args: readonly unknown[], ack?: Ack): void;
  /** Resolves when everything that the peer has sent so far is answered. */
  answered(peer: Peer): Promise<unknown>;
}

/**
 * The one way in: validate → limit → session → run → reply. No message of a client and no error of a handler gets
 * past it. Refusals go to the ack where there is one, and to the `error` event always.
 */
export function createDispatch(parts: DispatchParts): Dispatch {
  const { handlers, metrics, send } = parts;
  const limits = createCommandLimits(parts.limiter);
  const flood = createFloodCounter(parts.clock);
  const refuse = createRefuse(parts);
  const underWay = new WeakMap<Peer, Set<Promise<void>>>();

  async function run<E extends ClientEvent>(
    peer: Peer,
    event: E,
    args: readonly unknown[],
  ): Promise<HandlerAnswer<E>> {
    const { schema, invalid } = COMMAND_SHAPES[event];
    const payload = args.length <= 1 ? schema.safeParse(args[0]) : undefined;
    if (!payload?.success) throw new TradecastError('VALIDATION', explain(invalid, payload?.error));
    return limits.charge(peer, event, async () => {
      await parts.checkSession(peer);
      return handlers[event](peer, payload.data);
    });
  }

  async function answer<E extends ClientEvent>(
    peer: Peer,
    event: E,
    args: readonly unknown[],
    ack: Ack | undefined,
  ): Promise<void> {
    const { ack: content, after } = await run(peer, event, args);
    metrics.messageReceived(event, 'ok');
    ack?.({ ok: true, ...content });
    const reply = replyTo(event, content);
    if (reply) send(peer, reply[0], reply[1]);
    after?.();
  }

  async function refuseUnknown(peer: Peer): Promise<never> {
    await limits.chargeUnknown(peer);
    throw new TradecastError('UNKNOWN_EVENT', 'Unknown event');
  }

  return {
    receive(peer, event, args, ack) {
      if (flood.isFlooding(peer)) return;
      const running = underWay.get(peer) ?? new Set();
      const handled = (isCommand(event) ? answer(peer, event, args, ack) : refuseUnknown(peer))
        .catch((error: unknown) => {
          const refusal = refuse.count(peer, event, error);
          if (flood.refused(peer)) parts.onFlood(peer);
          else refuse.answer(peer, event, refusal, ack);
        })
        .finally(() => {
          // Thousands of peers rest most of the time: a peer that sends nothing takes no memory.
          if (running.delete(handled) && running.size === 0) underWay.delete(peer);
        });
      underWay.set(peer, running.add(handled));
    },
    answered: (peer) => Promise.all(underWay.get(peer) ?? []),
  };
}

/** How an event is refused. */
function createRefuse({ clock, metrics, log, send, onSessionEnded }: DispatchParts) {
  return {
    count(peer: Peer, event: string, error: unknown): TradecastError {
      const refusal =
        error instanceof TradecastError ? error : new TradecastError('INTERNAL', 'Something went wrong here');
      if (refusal !== error) log.error({ err: error, event, socketId: peer.id }, 'an event handler failed');
      metrics.messageReceived(isCommand(event) ? event : 'unknown', refusal.code);
      return refusal;
    },
    answer(peer: Peer, event: string, refusal: TradecastError, ack: Ack | undefined): void {
      const { code, message, retryAfterMs } = refusal;
      const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
      ack?.({ ok: false, code, message, ...wait });
      const timestamp = new Date(clock.now()).toISOString();
      // An unknown name is the client's text: it is repeated, but not at any length.
      send(peer, 'error', { code, message, event: event.slice(0, 64), timestamp, ...wait });
      if (code === 'UNAUTHENTICATED') onSessionEnded(peer);
    },
  };
}

/** The event's own sentence, with the first thing that is wrong where it has a name. */
function explain(sentence: string, error: z.ZodError | undefined): string {
  const issue = error?.issues[0];
  if (!issue || issue.path.length === 0) return sentence;
  return `${sentence}: ${issue.path.map(String).join('.').slice(0, 64)}: ${issue.message.slice(0, 200)}`;
}
