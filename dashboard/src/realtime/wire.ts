import type {
  AckFailure,
  ClientEvent,
  ClientToServerEvents,
  ServerEvent,
  ServerToClientEvents,
} from '../../../src/protocol/events.ts';
import { readSymbol } from '../../../src/protocol/symbol.ts';
import type { TradecastSocket } from './socket.ts';
import type { Subscriptions } from './subscriptions.ts';

/** Listens to an event until the returned function is called. */
export type Subscribe = <E extends ServerEvent>(event: E, handler: ServerToClientEvents[E]) => () => void;
export type Emit = <E extends ClientEvent>(event: E, ...args: Parameters<ClientToServerEvents[E]>) => void;

export interface Wire {
  readonly subscribe: Subscribe;
  readonly emit: Emit;
}

const symbolsOf = (body: unknown): string[] => {
  const list = Array.isArray(body) ? body : (body as { symbols?: unknown } | null)?.symbols;
  return Array.isArray(list) ? list.map((symbol) => readSymbol(String(symbol)) ?? String(symbol)) : [];
};

/**
 * What components may do with the socket. A component that emits `subscribe:…` on every mount, as simple ones
 * do, asks the server only once: those events become wishes that are kept, counted once, and renewed after
 * a reconnect until the matching `unsubscribe:…`.
 */
export function createWire(socket: TradecastSocket, subscriptions: Subscriptions): Wire {
  const kept = new Map<string, () => void>();
  const keep = (key: string, want: () => () => void) => {
    if (!kept.has(key)) kept.set(key, want());
  };
  const release = (key: string) => {
    kept.get(key)?.();
    kept.delete(key);
  };

  /** True where the event was a wish. */
  function wish(event: ClientEvent, body: unknown): boolean {
    switch (event) {
      case 'subscribe:portfolio':
        keep('portfolio', () => subscriptions.channel('portfolio'));
        return true;
      case 'subscribe:trades':
        // The trade stream keeps this channel, with its place in the journal.
        return true;
      case 'subscribe:watchlist':
        for (const symbol of symbolsOf(body)) keep(`symbol:${symbol}`, () => subscriptions.symbols([symbol]));
        return true;
      case 'unsubscribe:portfolio':
        release('portfolio');
        return true;
      case 'unsubscribe:trades':
        return true;
      case 'unsubscribe:watchlist':
        for (const symbol of symbolsOf(body)) release(`symbol:${symbol}`);
        return true;
      default:
        return false;
    }
  }

  return {
    subscribe(event, handler) {
      const on = socket.on.bind(socket) as (event: ServerEvent, handler: unknown) => void;
      const off = socket.off.bind(socket) as (event: ServerEvent, handler: unknown) => void;
      on(event, handler);
      return () => off(event, handler);
    },
    emit(event, ...args) {
      if (wish(event, args[0])) return;
      const ack = args.at(-1);
      if (!socket.connected) {
        // Kept back by socket.io it would be sent at some later time, when nobody wants it any more.
        if (typeof ack === 'function') {
          (ack as (answer: AckFailure) => void)({
            ok: false,
            code: 'UNAVAILABLE',
            message: 'Not connected. Try again in a moment.',
          });
        }
        return;
      }
      (socket.emit as (event: string, ...args: unknown[]) => void).call(socket, event, ...args);
    },
  };
}
