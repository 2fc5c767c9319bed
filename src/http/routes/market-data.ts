import compression from 'compression';
import { type Request, Router } from 'express';
import { z } from 'zod';
import { contractRefusal } from '../../domain/instrument/directory.ts';
import { instrumentOf } from '../../domain/instrument/instrument.ts';
import type { BarRequest } from '../../domain/market/history.ts';
import { barToPayload } from '../../domain/market/market-quotes.ts';
import { TradecastError } from '../../protocol/errors.ts';
import { MAX_BARS } from '../../protocol/limits.ts';
import type {
  HistoryPayload,
  MarketQuotePayload,
  SearchPayload,
  SnapshotPayload,
} from '../../protocol/market.ts';
import { addDays, newYorkTime } from '../../protocol/new-york.ts';
import { symbolSchema } from '../../protocol/schemas.ts';
import { succeed } from '../answer.ts';
import { readQuery, validate } from '../body.ts';
import type { HttpParts } from '../parts.ts';

const MAX_MATCHES = 50;
const DEFAULT_MATCHES = 20;
/** A whole day in minutes is one bar of a day. */
const MAX_MULTIPLIER = 1_440;
const YEAR_MS = 366 * 86_400_000;
const EARLIEST = Date.UTC(1970, 0, 2);

const wholeNumber = z
  .string()
  .regex(/^\d{1,16}$/, 'a whole number')
  .transform(Number);
/** `YYYY-MM-DD` in New York, or milliseconds since epoch. */
const momentSchema = z.string().regex(/^(\d{4}-\d{2}-\d{2}|\d{1,16})$/, 'a day (YYYY-MM-DD) or milliseconds');

const historySchema = z.strictObject({
  from: momentSchema,
  to: momentSchema,
  timespan: z.enum(['minute', 'hour', 'day', 'week', 'month']).default('day'),
  multiplier: wholeNumber.pipe(z.int().min(1).max(MAX_MULTIPLIER)).default(1),
  adjusted: z.enum(['true', 'false']).default('true'),
  limit: wholeNumber.pipe(z.int().min(1).max(MAX_BARS)).default(MAX_BARS),
});
const searchSchema = z.strictObject({
  q: z.string().trim().max(64).default(''),
  limit: wholeNumber.pipe(z.int().min(1).max(MAX_MATCHES)).default(DEFAULT_MATCHES),
});

/** The market by request: quotes of symbols that nobody watches, their parts, and the past. */
export function marketDataRoutes(
  parts: Pick<HttpParts, 'history' | 'marketQuotes' | 'instruments' | 'clock'>,
): Router {
  const { history, marketQuotes, instruments, clock } = parts;
  const router = Router();

  /** The stock of the path. Throws VALIDATION, UNSUPPORTED_INSTRUMENT, UNKNOWN_SYMBOL, UNAVAILABLE. */
  async function stockOf(req: Request): Promise<string> {
    const symbol = validate(symbolSchema, req.params.symbol);
    if (instrumentOf(symbol).kind === 'option') throw contractRefusal(symbol);
    if ((await instruments.get(symbol)) === null)
      throw new TradecastError('UNKNOWN_SYMBOL', `${symbol} is not a known symbol.`);
    return symbol;
  }

  router.get('/quote/:symbol', async (req, res) =>
    succeed<MarketQuotePayload>(res, await marketQuotes.quote(await stockOf(req))),
  );

  router.get('/snapshot/:symbol', async (req, res) =>
    succeed<SnapshotPayload>(res, await marketQuotes.snapshot(await stockOf(req))),
  );

  // Numbers without a secret that their compressed size could reveal.
  router.get('/historical/:symbol', compression(), async (req, res) => {
    const { from, to, adjusted, ...size } = readQuery(req, historySchema);
    const range = rangeOf(from, to, clock.now());
    const request: BarRequest = {
      symbol: await stockOf(req),
      ...range,
      ...size,
      adjusted: adjusted === 'true',
    };
    const { bars, truncated, ...freshness } = await history.bars(request);
    const { symbol, timespan, multiplier } = request;
    succeed<HistoryPayload>(res, {
      symbol,
      timespan,
      multiplier,
      adjusted: request.adjusted,
      bars: bars.map(barToPayload),
      truncated,
      state: marketQuotes.stateOf(freshness),
    });
  });

  router.get('/search', async (req, res) => {
    const { q, limit } = readQuery(req, searchSchema);
    const found = await instruments.search(q, limit);
    succeed<SearchPayload[]>(
      res,
      found.map((instrument) => ({ ...instrument, type: 'stock' })),
    );
  });

  return router;
}

/** Throws VALIDATION for a range that ends before it begins, or is of no market's time. */
function rangeOf(first: string, last: string, now: number): { from: number; to: number } {
  const from = beginningOf('from', first);
  const to = last.includes('-') ? beginningOf('to', addDays(last, 1)) - 1 : beginningOf('to', last);
  if (from > to) throw new TradecastError('VALIDATION', 'from: later than to');
  if (from < EARLIEST) throw new TradecastError('VALIDATION', 'from: before 1970-01-02');
  if (to > now + YEAR_MS) throw new TradecastError('VALIDATION', 'to: more than a year ahead');
  return { from, to };
}

function beginningOf(name: string, text: string): number {
  const isDay = text.includes('-');
  const time = isDay ? Date.parse(`${text}T00:00:00Z`) : Number(text);
  // Date.parse moves 31 February to March instead of refusing it.
  if (!Number.isFinite(time) || (isDay && !new Date(time).toISOString().startsWith(text)))
    throw new TradecastError('VALIDATION', `${name}: no such day`);
  return isDay ? newYorkTime(text, 0) : time;
}
