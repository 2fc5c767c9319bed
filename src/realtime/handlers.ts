import { type InstrumentDirectory, onlyStocks } from '../domain/instrument/directory.ts';
import { refusalOf } from '../domain/trading/refusal.ts';
import type { Trading } from '../domain/trading/trading.ts';
import type { Clock } from '../lib/clock.ts';
import { TradecastError } from '../protocol/errors.ts';
import { symbolRoom } from '../protocol/rooms.ts';
import type { Handlers } from './dispatch.ts';
import type { PortfolioViews } from './portfolio-views.ts';
import { sessionIdOf } from './socket.ts';
import type { StateLane } from './state-lane.ts';
import type { UserStreams } from './user-streams.ts';

export interface HandlerParts {
  readonly lane: StateLane;
  readonly streams: UserStreams;
  readonly views: PortfolioViews;
  readonly trading: Trading;
  readonly instruments: InstrumentDirectory;
  readonly clock: Clock;
  readonly maxSymbols: number;
  /** What is watched here has changed. */
  readonly onWatch: () => void;
}

/** Every client event, in one place. */
export function createHandlers(parts: HandlerParts): Handlers {
  const { lane, streams, views, trading, clock } = parts;
  const timestamp = (): string => new Date(clock.now()).toISOString();

  return {
    'subscribe:portfolio': (socket) => ({
      ack: { type: 'portfolio', timestamp: timestamp() },
      after: () => views.subscribe(socket),
    }),

    'unsubscribe:portfolio'(socket) {
      views.unsubscribe(socket);
      return { ack: { type: 'portfolio' } };
    },

    async 'subscribe:trades'(socket, position) {
      const { head, recovered, start } = await streams.subscribe(
        socket,
        position && { epoch: position.epoch, seq: position.after },
      );
      return {
        ack: { type: 'trades', epoch: head.epoch, head: head.seq, recovered, timestamp: timestamp() },
        after: start,
      };
    },

    'unsubscribe:trades'(socket) {
      streams.unsubscribe(socket);
      return { ack: { type: 'trades' } };
    },

    'subscribe:watchlist'(socket, requested) {
      // A symbol that is known not to exist is left out; one that was never looked up may exist upstream.
      const symbols = onlyStocks(requested).filter((symbol) => parts.instruments.knows(symbol) !== false);
      if (symbols.length === 0) throw new TradecastError('UNKNOWN_SYMBOL', 'None of these symbols is known');
      const watched = new Set([...lane.watched(socket), ...symbols]);
      if (!(watched.size <= parts.maxSymbols)) {
        throw new TradecastError('SYMBOL_LIMIT', `Symbol limit exceeded (max ${parts.maxSymbols})`);
      }
      socket.join(symbols.map(symbolRoom));
      lane.watch(socket, watched);
      return {
        ack: { type: 'watchlist', symbols },
        after() {
          lane.snapshot(socket, symbols);
          parts.onWatch();
        },
      };
    },

    'unsubscribe:watchlist'(socket, requested) {
      const watched = new Set(lane.watched(socket));
      const symbols = requested.filter((symbol) => watched.delete(symbol));
      for (const symbol of symbols) socket.leave(symbolRoom(symbol));
      lane.watch(socket, watched);
      parts.onWatch();
      return { ack: { type: 'watchlist', symbols } };
    },

    async 'order:place'(socket, { clientOrderId, ...request }) {
      const placed = await trading.place({
        userId: socket.data.user.id,
        request,
        source: 'dashboard',
        key: clientOrderId,
        sessionId: sessionIdOf(socket),
      });
      const refusal = refusalOf(placed);
      if (refusal) throw refusal;
      return { ack: { order: placed.order } };
    },

    async 'order:cancel'(socket, { orderId }) {
      return { ack: { order: await trading.cancel(socket.data.user.id, orderId, sessionIdOf(socket)) } };
    },

    'time:sync': (_socket, { t0 }) => ({ ack: { t0, t1: clock.now() } }),
  };
}
