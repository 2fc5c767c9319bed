/** Off-exchange trades of the past, from `/v3/trades`: the rows of the tape that the stream's `T` events are made of. */
import type { TradeTick } from '../../domain/market/feed.ts';
import type { PastPrints } from '../../domain/off-exchange/past-prints.ts';
import { isOffExchange } from '../../domain/off-exchange/print.ts';
import type { Clock } from '../../lib/clock.ts';
import { TradecastError } from '../../protocol/errors.ts';
import { isStockSymbol } from '../../protocol/symbol.ts';
import { tradeEffects } from './conditions.ts';
import { createSymbolCheck } from './event-checks.ts';
import { mayBePrint, type RawEvent, readTrade } from './events.ts';
import { type Fields, fieldsOf, isDelayed, nextPathOf, positive, rowsOf } from './fields.ts';
import { refusal } from './refusals.ts';
import type { MassiveRest } from './rest.ts';

export interface MassivePastPrintsOptions {
  readonly rest: Pick<MassiveRest, 'get'>;
  readonly clock: Clock;
}

/** About a megabyte: parsing it holds the service up for some milliseconds. */
const PAGE_LIMIT = '5000';
/**
 * 100,000 trades, 20 s of the account's requests. Nobody has counted the busiest half an hour of a symbol: where it has
 * more, its gap stays. A next page that leads back to an earlier one ends here.
 */
const MAX_PAGES = 20;
/** On such a plan the latest trades are missing without a word. */
const DELAYED_REST_MS = 16 * 60_000;
/** A double has nanoseconds since epoch to 256 of them. */
const NS_STEP = 256;
const NS_PER_MS = 1e6;
/** The tape's marks of records that stand: as reported, and as corrected. Others were cancelled, in error, or replaced. */
const STANDING: ReadonlySet<unknown> = new Set([undefined, null, 0, 12]);

const isSymbol = createSymbolCheck(isStockSymbol);

/** The whole milliseconds of a nanosecond time, as the stream has them. */
const millisecondsOf = (nanoseconds: unknown): number | undefined => {
  const known = positive(nanoseconds);
  return known === undefined ? undefined : Math.floor((known + NS_STEP) / NS_PER_MS);
};

/** The event that the stream would have had. */
const toEvent = (sym: string, row: Fields): RawEvent => ({
  ev: 'T',
  sym,
  i: row.id,
  x: row.exchange,
  p: row.price,
  s: row.size,
  ds: row.decimal_size,
  c: row.conditions,
  t: millisecondsOf(row.sip_timestamp),
  pt: millisecondsOf(row.participant_timestamp),
  trfi: row.trf_id,
  trft: millisecondsOf(row.trf_timestamp),
  q: row.sequence_number,
});

export function createMassivePastPrints({ rest, clock }: MassivePastPrintsOptions): PastPrints {
  const printsOf = (symbol: string, body: Fields): TradeTick[] =>
    rowsOf(body.results).flatMap((value) => {
      const row = fieldsOf(value);
      if (!STANDING.has(row.correction)) return [];
      const event = toEvent(symbol, row);
      const tick = readTrade(event, clock.now(), isSymbol, tradeEffects);
      const isPrint = tick !== undefined && isOffExchange(tick);
      // Without it, or without the number that tells it from a counted one, the gap is not filled.
      if (isPrint ? tick.sequence === 0 : tick === undefined && mayBePrint(event))
        throw new Error('upstream sent a print that cannot be read');
      return isPrint ? tick : [];
    });

  async function readPages(symbol: string, from: number, to: number, signal: AbortSignal) {
    const prints: TradeTick[] = [];
    let body: Fields = await rest.get(`/v3/trades/${encodeURIComponent(symbol)}`, {
      'timestamp.gte': `${from}000000`,
      'timestamp.lt': `${to}000000`,
      order: 'asc',
      sort: 'timestamp',
      limit: PAGE_LIMIT,
    });
    for (let page = 1; ; page++) {
      const missingMs = to + DELAYED_REST_MS - clock.now();
      if (isDelayed(body) && missingMs > 0)
        throw new TradecastError('UNAVAILABLE', 'The plan has these trades later.', {
          retryAfterMs: missingMs,
        });
      for (const tick of printsOf(symbol, body))
        if (tick.sourceTime >= from && tick.sourceTime < to) prints.push(tick);
      const next = nextPathOf(body);
      if (next === null || signal.aborted) return prints;
      if (page === MAX_PAGES) return null;
      body = await rest.get(next);
    }
  }

  return {
    read: (symbol, from, to, signal) =>
      readPages(symbol, from, to, signal).catch((error: unknown) => {
        throw refusal(error, symbol);
      }),
  };
}
