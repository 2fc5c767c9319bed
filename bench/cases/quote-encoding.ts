import { type Quote, quoteToPayload } from '../../src/domain/market/quote.ts';
import { socketIoDialect } from '../../src/realtime/socketio/dialect.ts';
import { type BenchCase, times } from '../support/case.ts';
import { cpuSeconds } from '../support/usage.ts';

const SYMBOLS = 200;
/** Each symbol has as many quotes, in turn. */
const QUOTES_EACH = 100;
const ROUNDS = 10;
const REPEATS = 5;
const MAX_RATIO = 1.1;
const START = Date.parse('2026-01-05T15:00:00Z');

export const quoteEncoding: BenchCase = {
  name: 'quote-encoding',
  title: 'one quote as the bytes of the line',
  how: `${SYMBOLS} symbols with ${QUOTES_EACH} quotes each, all fields known, are encoded as frames of Socket.IO. The
reference is a function that does nothing else: it joins the fields to one text and writes it behind a header. The other
reference is JSON of the payload, as it is encoded for every other event. All three write the same bytes. CPU time, the best
of ${REPEATS} rounds of ${(SYMBOLS * QUOTES_EACH * ROUNDS).toLocaleString('en-US')} quotes, in turns.`,

  async run({ quick }) {
    const quotes = recorded();
    for (const quote of quotes) {
      const expected = withJson(quote);
      if (!byHand(quote).equals(expected) || !yardstick(quote).equals(expected))
        throw new Error(`the bytes differ: ${expected.toString()}`);
    }
    const ways = [byHand, yardstick, withJson];
    const best = ways.map(() => Number.POSITIVE_INFINITY);
    for (let repeat = 0; repeat < REPEATS; repeat++)
      for (const [at, way] of ways.entries())
        best[at] = Math.min(best[at]!, microseconds(way, quotes, quick ? 1 : ROUNDS));
    const [ours, reference, json] = best as [number, number, number];
    return {
      rows: [
        {
          what: 'encoding a quote, against a hand-written function',
          measured: `${ours.toFixed(2)} µs: ${times(ours / reference)}`,
          yardstick: `by hand ${reference.toFixed(2)} µs, JSON ${json.toFixed(2)} µs`,
          target: `≤ ${MAX_RATIO} ×`,
          reached: ours / reference <= MAX_RATIO,
        },
      ],
      notes: [`${(json / ours).toFixed(1)} quotes are encoded in the time of one with JSON`],
    };
  },
};

const byHand = (quote: Quote): Buffer => socketIoDialect.encodeQuote!(quote)!.frame;
const withJson = (quote: Quote): Buffer =>
  socketIoDialect.encode('quote:update', quoteToPayload(quote))!.frame;

const rounded = (value: number): number => Math.round(value * 1e4) / 1e4;

/** The numbers of these quotes are finite, their names plain, and their frames of 126 bytes and more. */
function yardstick(quote: Quote): Buffer {
  const { symbol, price, bid, ask, open, high, low, previousClose = 0, volume, sourceTime, state } = quote;
  const change = price - previousClose;
  const text =
    `42["quote:update",{"symbol":"${symbol}","price":${price},"change":${rounded(change)},` +
    `"changePercent":${rounded((change / previousClose) * 100)},"volume":${volume},` +
    `"timestamp":"${new Date(sourceTime).toISOString()}","bid":${bid},"ask":${ask},"open":${open},"high":${high},` +
    `"low":${low},"previousClose":${previousClose},"state":"${state}"}]`;
  const frame = Buffer.allocUnsafe(text.length + 4);
  frame[0] = 0x81;
  frame[1] = 126;
  frame.writeUInt16BE(text.length, 2);
  frame.write(text, 4, 'latin1');
  return frame;
}

function microseconds(encode: (quote: Quote) => Buffer, quotes: readonly Quote[], rounds: number): number {
  const before = cpuSeconds();
  let bytes = 0;
  for (let round = 0; round < rounds; round++) for (const quote of quotes) bytes += encode(quote).length;
  if (bytes === 0) throw new Error('nothing was encoded');
  return ((cpuSeconds() - before) * 1e6) / (rounds * quotes.length);
}

function recorded(): Quote[] {
  const cents = (value: number): number => Math.round(value * 100) / 100;
  return Array.from({ length: SYMBOLS * QUOTES_EACH }, (_, at) => {
    const [turn, number] = [Math.floor(at / SYMBOLS), at % SYMBOLS];
    const price = cents(100 + number * 3.37 + turn * 0.01);
    return {
      ...{ symbol: `S${number}`, price, bid: cents(price - 0.01), ask: cents(price + 0.01) },
      ...{ open: cents(price - 1.2), high: cents(price + 2.4), low: cents(price - 3.1) },
      ...{ previousClose: cents(99.9 + number * 3.37), volume: 1_234_567 + turn * 300 },
      ...{ sourceTime: START + turn * 47, receivedAt: START + turn * 47, state: 'live' as const },
    };
  });
}
