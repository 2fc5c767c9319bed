import type { z } from 'zod';
import type { RateLimiter } from '../domain/limits/counters.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { RealtimeMetrics } from '../metrics/realtime.ts';
import { type ErrorCode, TradecastError } from '../protocol/errors.ts';
import {
  type AnswerTo,
  type ClientEvent,
  COMMAND_SHAPES,
  type CommandHandlers,
  type HandlerAnswer,
  isCommand,
  replyTo,
} from '../protocol/events.ts';
import type { LimitedEvent } from '../protocol/rate-limits.ts';
import type { SessionCheck } from './session-check.ts';
import type { RealtimeSocket } from './socket.ts';

export type Handlers = CommandHandlers<RealtimeSocket>;

/**
 * A connection that is refused this often within the window is no client of ours: parsing its messages would
 * be all we do. It is closed; its neighbours are not.
 */
const FLOOD_REFUSALS = 300;
const FLOOD_WINDOW_MS = 10_000;

export interface DispatchParts {
  readonly handlers: Handlers;
  readonly limiter: RateLimiter;
  readonly clock: Clock;
  readonly metrics: Pick<RealtimeMetrics, 'messageReceived'>;
  readonly log: Log;
  readonly checkSession: SessionCheck;
  readonly onFlood: (socket: RealtimeSocket) => void;
  /** A command found that the socket's session has ended; its refusal has been written. */
  readonly onSessionEnded: (socket: RealtimeSocket) => void;
}

export interface Dispatch {
  /** Listens to everything this socket says. */
  attach(socket: RealtimeSocket): void;
  /** Resolves when everything the socket has said so far is answered. */
  answered(socket: RealtimeSocket): Promise<unknown>;
}

type Ack = <E extends ClientEvent>(answer: AnswerTo<E>) => void;

/**
 * The one way in: validate → limit → session → run → reply. Nothing a client sends gets past it, whatever it throws.
 * Refusals go to the ack where there is one, and to the `error` event always.
 */
export function createDispatch(parts: DispatchParts): Dispatch {
  const { handlers, limiter, clock, metrics, log } = parts;
  const underWay = new WeakMap<RealtimeSocket, Set<Promise<void>>>();
  /**
   * The first subscription of each kind on a connection. A restart makes every tab of a user subscribe anew; how
   * often that happens is bounded by `connect`, so it costs the user no point, and the connection one only when it
   * has worked: what failed with the database may be tried again.
   */
  const begun = new WeakMap<RealtimeSocket, Set<string>>();

  async function handle<E extends ClientEvent>(
    socket: RealtimeSocket,
    event: E,
    args: unknown[],
  ): Promise<HandlerAnswer<E>> {
    const { schema, invalid } = COMMAND_SHAPES[event];
    const payload = args.length <= 1 ? schema.safeParse(args[0]) : undefined;
    if (!payload?.success) throw new TradecastError('VALIDATION', explain(invalid, payload?.error));
    const run = async (): Promise<HandlerAnswer<E>> => {
      await parts.checkSession(socket);
      return handlers[event](socket, payload.data);
    };
    const kinds = begun.get(socket) ?? new Set();
    if (!event.startsWith('subscribe:') || kinds.has(event)) {
      await takePoint(event, socket);
      return run();
    }
    begun.set(socket, kinds.add(event));
    try {
      const answer = await run();
      await limiter.consume(event, socket.id);
      return answer;
    } catch (error) {
      kinds.delete(event);
      throw error;
    }
  }

  async function refuseUnknown(socket: RealtimeSocket): Promise<never> {
    await takePoint('unknown', socket);
    throw new TradecastError('UNKNOWN_EVENT', 'Unknown event');
  }

  async function takePoint(limit: LimitedEvent, socket: RealtimeSocket): Promise<void> {
    const own = await limiter.consume(limit, socket.id);
    const verdict = own.allowed ? await limiter.consume(`user:${limit}`, socket.data.user.id) : own;
    if (!verdict.allowed) {
      const name = limit === 'unknown' ? 'unknown events' : limit;
      throw new TradecastError('RATE_LIMITED', `Rate limit exceeded for ${name}`, {
        retryAfterMs: verdict.retryAfterMs,
      });
    }
  }

  async function answer<E extends ClientEvent>(
    socket: RealtimeSocket,
    event: E,
    args: unknown[],
    ack: Ack | undefined,
  ): Promise<void> {
    const { ack: content, after } = await handle(socket, event, args);
    metrics.messageReceived(event, 'ok');
    ack?.({ ok: true, ...content });
    const reply = replyTo(event, content);
    if (reply) socket.emit(reply[0], reply[1]);
    after?.();
  }

  function attach(socket: RealtimeSocket): void {
    let refusals = 0;
    let windowStart = 0;

    const refuse = (event: string, error: unknown, ack: Ack | undefined): void => {
      const refusal =
        error instanceof TradecastError ? error : new TradecastError('INTERNAL', 'Something went wrong here');
      if (refusal !== error) log.error({ err: error, event, socketId: socket.id }, 'an event handler failed');
      metrics.messageReceived(isCommand(event) ? event : 'unknown', refusal.code);

      const now = clock.now();
      if (now - windowStart > FLOOD_WINDOW_MS) [windowStart, refusals] = [now, 0];
      refusals += 1;
      if (refusals > FLOOD_REFUSALS) {
        parts.onFlood(socket);
        return;
      }
      const { code, message, retryAfterMs } = refusal as {
        code: ErrorCode;
        message: string;
        retryAfterMs?: number;
      };
      const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
      ack?.({ ok: false, code, message, ...wait });
      // A name we do not know is the client's text: told back, but not at any length.
      socket.emit('error', { code, message, event: event.slice(0, 64), timestamp: isoNow(clock), ...wait });
      if (code === 'UNAUTHENTICATED') parts.onSessionEnded(socket);
    };

    socket.onAny((event: unknown, ...args: unknown[]) => {
      const name = String(event);
      const ack = typeof args.at(-1) === 'function' ? (args.pop() as Ack) : undefined;
      if (refusals > FLOOD_REFUSALS && clock.now() - windowStart <= FLOOD_WINDOW_MS) return;
      const run = (isCommand(name) ? answer(socket, name, args, ack) : refuseUnknown(socket))
        .catch((error: unknown) => refuse(name, error, ack))
        .finally(() => {
          // Thousands of sockets rest most of the time: what says nothing takes no memory.
          if (running.delete(run) && running.size === 0) underWay.delete(socket);
        });
      const running = underWay.get(socket) ?? new Set();
      underWay.set(socket, running.add(run));
    });
  }

  return { attach, answered: (socket) => Promise.all(underWay.get(socket) ?? []) };
}

const isoNow = (clock: Clock): string => new Date(clock.now()).toISOString();

/** The event's own sentence, with the first thing that is wrong where it has a name. */
function explain(sentence: string, error: z.ZodError | undefined): string {
  const issue = error?.issues[0];
  if (!issue || issue.path.length === 0) return sentence;
  return `${sentence}: ${issue.path.map(String).join('.').slice(0, 64)}: ${issue.message.slice(0, 200)}`;
}
