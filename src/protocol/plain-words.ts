/** What the events of Socket.IO are called, and how they are written, on the plain WebSocket. For server and browser. */
import type { PayloadOf, ServerEvent } from './events.ts';
import type { OptionPayload } from './options.ts';
import type { PlainMessage, PlainOptionUpdate } from './plain.ts';

/** The words of a dialect, by event; `now` is milliseconds since epoch. */
export type Words<Message> = {
  readonly [E in ServerEvent]?: (payload: PayloadOf<E>, now: number) => Message;
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

/** What every plain client is told about its connection, whatever it reads. */
export const NOTICES = {
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
} satisfies Words<PlainMessage>;

/** Of `/api/socket`. */
export const MARKET: Words<PlainMessage> = {
  ...NOTICES,
  connected: ({ socketId }) => ({ type: 'connected', clientId: socketId }),
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
      ...(quote.halted && { halted: quote.halted }),
      ...(quote.fillBasis && { fillBasis: quote.fillBasis }),
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

/** How a dialect with these words writes an event, at `now` (milliseconds since epoch); null where it has none for it. */
export const speak =
  <Message>(words: Words<Message>) =>
  <E extends ServerEvent>(event: E, payload: PayloadOf<E>, now: number): Message | null => {
    const toMessage = words[event];
    return toMessage ? toMessage(payload, now) : null;
  };

export const toPlainMessage = speak(MARKET);
