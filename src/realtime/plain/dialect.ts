import type { Clock } from '../../lib/clock.ts';
import type { PayloadOf, ServerEvent } from '../../protocol/events.ts';
import type { OptionPayload } from '../../protocol/options.ts';
import type { PlainMessage, PlainOptionUpdate } from '../../protocol/plain.ts';
import type { Dialect } from '../peer.ts';
import { toTextFrame } from '../websocket-frame.ts';

/** The words of the dialect, by event; `now` is milliseconds since epoch. */
type Words = {
  readonly [E in ServerEvent]?: (payload: PayloadOf<E>, now: number) => PlainMessage;
};

const toTime = (iso: string | null): number | null => (iso === null ? null : Date.parse(iso));

const round = (value: number, factor: number): number => Math.round(value * factor) / factor;

/** The bar first, as aggregates have it, with the change of the bar; then what is known besides. */
function toOption(option: OptionPayload): PlainOptionUpdate['data'] {
  const { contractId, price, open, high, low, volume, timestamp, ...rest } = option;
  const difference = price === undefined || open === undefined ? 0 : price - open;
  const change = round(difference, 1e4);
  const changePercent = open === undefined ? 0 : round((difference / open) * 100, 1e2);
  const bar = {
    contractId,
    price,
    open,
    high,
    low,
    change,
    changePercent,
    volume,
    timestamp: Date.parse(timestamp),
  };
  return { ...bar, ...rest, change, changePercent };
}

const WORDS: Words = {
  connected: ({ socketId }) => ({ type: 'connected', clientId: socketId }),
  error: ({ code, message, retryAfterMs }) => ({
    type: 'error',
    code,
    message,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  }),
  'session:revoked': ({ reason }) => ({ type: 'session_revoked', reason }),
  'server:shutdown': ({ message, reconnectInMs, timestamp }) => ({
    type: 'server_shutdown',
    message,
    reconnectInMs,
    timestamp: Date.parse(timestamp),
  }),
  'quote:update': (quote, now) => ({
    type: 'quote',
    symbol: quote.symbol,
    data: {
      symbol: quote.symbol,
      price: quote.price,
      change: quote.change,
      changePercent: quote.changePercent,
      volume: quote.volume,
      open: quote.open,
      high: quote.high,
      low: quote.low,
      bid: quote.bid,
      ask: quote.ask,
      state: quote.state,
      timestamp: Date.parse(quote.timestamp),
    },
    timestamp: now,
  }),
  'option:update': (option, now) => ({ type: 'option_update', data: toOption(option), timestamp: now }),
  'market:status': ({ isOpen, session, holiday, nextOpen, nextClose, timestamp }, now) => ({
    type: 'market_status',
    data: {
      isOpen,
      session,
      ...(holiday !== undefined && { holiday }),
      nextOpen: toTime(nextOpen),
      nextClose: toTime(nextClose),
      timestamp: Date.parse(timestamp),
    },
    timestamp: now,
  }),
};

/** Flat JSON objects with a `type`, as market-data sockets have them. Portfolio, trades and orders have no words here. */
export const createPlainDialect = (clock: Clock): Dialect => ({
  encode<E extends ServerEvent>(event: E, payload: PayloadOf<E>) {
    const toMessage = WORDS[event];
    if (!toMessage) return null;
    const text = JSON.stringify(toMessage(payload, clock.now()));
    return { event, text, frame: toTextFrame(text) };
  },
});
