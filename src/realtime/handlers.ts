import type { InstrumentDirectory } from '../domain/market/instruments.ts';
import type { Trading } from '../domain/trading/trading.ts';
import type { Clock } from '../lib/clock.ts';
import { TradecastError } from '../protocol/errors.ts';
import type { SubscriptionConfirmed, UnsubscriptionConfirmed } from '../protocol/payloads.ts';
import { symbolRoom } from '../protocol/rooms.ts';
import {
  nothingSchema,
  orderCancelSchema,
  orderPlaceSchema,
  subscribeTradesSchema,
  symbolsSchema,
  timeSyncSchema,
} from '../protocol/schemas.ts';
import { type Answer, type Handlers, handler } from './dispatch.ts';
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

const NO_PAYLOAD = 'This event takes no payload';
const INVALID_SYMBOLS = 'Invalid symbols array';

/** Every client event, in one place. */
export function createHandlers(parts: HandlerParts): Handlers {
  const { lane, streams, views, trading, clock } = parts;
  const timestamp = (): string => new Date(clock.now()).toISOString();

  return {
    'subscribe:portfolio': handler({
      schema: nothingSchema,
      invalid: NO_PAYLOAD,
      run: (socket) => confirm({ type: 'portfolio', timestamp: timestamp() }, () => views.subscribe(socket)),
    }),

    'unsubscribe:portfolio': handler({
      schema: nothingSchema,
      invalid: NO_PAYLOAD,
      run(socket) {
        views.unsubscribe(socket);
        return release({ type: 'portfolio' });
      },
    }),

    'subscribe:trades': handler({
      schema: subscribeTradesSchema,
      invalid: 'Expected nothing, or {epoch, after}',
      async run(socket, position) {
        const { head, recovered, start } = await streams.subscribe(
          socket,
          position && { epoch: position.epoch, seq: position.after },
        );
        return confirm(
          { type: 'trades', epoch: head.epoch, head: head.seq, recovered, timestamp: timestamp() },
          start,
        );
      },
    }),

    'unsubscribe:trades': handler({
      schema: nothingSchema,
      invalid: NO_PAYLOAD,
      run(socket) {
        streams.unsubscribe(socket);
        return release({ type: 'trades' });
      },
    }),

    'subscribe:watchlist': handler({
      schema: symbolsSchema,
      invalid: INVALID_SYMBOLS,
      run(socket, requested) {
        // A symbol that is known not to exist is left out; one we have not heard of may exist upstream.
        const symbols = requested.filter((symbol) => parts.instruments.knows(symbol) !== false);
        if (symbols.length === 0)
          throw new TradecastError('UNKNOWN_SYMBOL', 'None of these symbols is known');
        const watched = new Set([...lane.watched(socket), ...symbols]);
        if (!(watched.size <= parts.maxSymbols)) {
          throw new TradecastError('SYMBOL_LIMIT', `Symbol limit exceeded (max ${parts.maxSymbols})`);
        }
        socket.join(symbols.map(symbolRoom));
        lane.watch(socket, watched);
        return confirm({ type: 'watchlist', symbols }, () => {
          lane.snapshot(socket, symbols);
          parts.onWatch();
        });
      },
    }),

    'unsubscribe:watchlist': handler({
      schema: symbolsSchema,
      invalid: INVALID_SYMBOLS,
      run(socket, requested) {
        const watched = new Set(lane.watched(socket));
        const symbols = requested.filter((symbol) => watched.delete(symbol));
        for (const symbol of symbols) socket.leave(symbolRoom(symbol));
        lane.watch(socket, watched);
        parts.onWatch();
        return release({ type: 'watchlist', symbols });
      },
    }),

    'order:place': handler({
      schema: orderPlaceSchema,
      invalid: 'Invalid order',
      async run(socket, { clientOrderId, ...request }) {
        const { order, message } = await trading.place({
          userId: socket.data.user.id,
          request,
          source: 'dashboard',
          key: clientOrderId,
          sessionId: sessionIdOf(socket),
        });
        if (order.status === 'denied' && order.reason)
          throw new TradecastError(order.reason, message ?? order.reason);
        return { ack: { order } };
      },
    }),

    'order:cancel': handler({
      schema: orderCancelSchema,
      invalid: 'Expected {orderId}',
      async run(socket, { orderId }) {
        const order = await trading.cancel(socket.data.user.id, orderId, sessionIdOf(socket));
        return { ack: { order } };
      },
    }),

    'time:sync': handler({
      schema: timeSyncSchema,
      invalid: 'Expected {t0}',
      run: (_socket, { t0 }) => ({ ack: { t0, t1: clock.now() } }),
    }),
  };
}

const confirm = (payload: SubscriptionConfirmed, after: () => void): Answer => ({
  ack: payload,
  reply: ['subscription:confirmed', payload],
  after,
});

const release = (payload: UnsubscriptionConfirmed): Answer => ({
  ack: payload,
  reply: ['unsubscription:confirmed', payload],
});
