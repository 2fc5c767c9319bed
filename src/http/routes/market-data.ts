import compression from 'compression';
import { type Request, Router } from 'express';
import { checkStock } from '../../domain/instrument/directory.ts';
import { instrumentOf } from '../../domain/instrument/instrument.ts';
import type { BarPage, BarRequest } from '../../domain/market/history.ts';
import { barToPayload } from '../../domain/market/market-quotes.ts';
import { TradecastError } from '../../protocol/errors.ts';
import { addDays, isDay, newYorkTime } from '../../protocol/new-york.ts';
import { type DataOf, ROUTES } from '../../protocol/routes.ts';
import { symbolSchema } from '../../protocol/schemas.ts';
import { succeed } from '../answer.ts';
import { readQuery, validate } from '../body.ts';
import type { HttpParts } from '../parts.ts';
import type { Places } from '../places.ts';

const YEAR_MS = 366 * 86_400_000;
const EARLIEST = Date.UTC(1970, 0, 2);

/** The market by request: quotes of symbols that nobody watches, their parts, and the past. */
export function marketDataRoutes(
  parts: Pick<HttpParts, 'history' | 'marketQuotes' | 'contracts' | 'instruments' | 'clock'>,
  places: Places,
): Router {
  const { history, marketQuotes, contracts, instruments, clock } = parts;
  const router = Router();

  /** The symbol of the path, and who quotes it. Throws VALIDATION, UNKNOWN_SYMBOL, UNAVAILABLE. */
  async function named(req: Request) {
    const symbol = validate(symbolSchema, req.params.symbol);
    if (isContract(symbol)) return { symbol, quotes: contracts.quotes };
    await checkStock(instruments, symbol);
    return { symbol, quotes: marketQuotes };
  }

  /** The past of the stock or of the contract. Throws UNKNOWN_SYMBOL, NOT_IN_PLAN, UNAVAILABLE. */
  async function barsOf(request: BarRequest, signal: AbortSignal): Promise<BarPage> {
    const { symbol } = request;
    if (isContract(symbol)) {
      await contracts.quotes.check([symbol]);
      return contracts.history.bars(request, signal);
    }
    await checkStock(instruments, symbol);
    return history.bars(request, signal);
  }

  router.get('/quote/:symbol', async (req, res) => {
    const { symbol, quotes } = await named(req);
    succeed<DataOf<'GET /api/market/quote/:symbol'>>(res, await quotes.quote(symbol));
  });

  router.get('/snapshot/:symbol', async (req, res) => {
    const { symbol, quotes } = await named(req);
    succeed<DataOf<'GET /api/market/snapshot/:symbol'>>(res, await quotes.snapshot(symbol));
  });

  // Numbers without a secret that their compressed size could reveal.
  router.get('/historical/:symbol', compression(), async (req, res) => {
    const { from, to, adjusted, ...size } = readQuery(
      req,
      ROUTES['GET /api/market/historical/:symbol'].query,
    );
    const range = rangeOf(from, to, clock.now());
    const request: BarRequest = {
      symbol: validate(symbolSchema, req.params.symbol),
      ...range,
      ...size,
      adjusted: adjusted === 'true',
    };
    const { bars, truncated, ...freshness } = await places.run(res, (signal) => barsOf(request, signal));
    const { symbol, timespan, multiplier } = request;
    succeed<DataOf<'GET /api/market/historical/:symbol'>>(res, {
      symbol,
      timespan,
      multiplier,
      adjusted: request.adjusted,
      bars: bars.map(barToPayload),
      truncated,
      state: (isContract(symbol) ? contracts.quotes : marketQuotes).stateOf(freshness),
    });
  });

  router.get('/search', async (req, res) => {
    const { q, limit } = readQuery(req, ROUTES['GET /api/market/search'].query);
    const found = await instruments.search(q, limit);
    succeed<DataOf<'GET /api/market/search'>>(
      res,
      found.map((instrument) => ({ ...instrument, type: 'stock' })),
    );
  });

  return router;
}

const isContract = (symbol: string): boolean => instrumentOf(symbol).kind === 'option';

/** Throws VALIDATION for a range that ends before it begins, or is of no market's time. */
function rangeOf(first: string, last: string, now: number): { from: number; to: number } {
  const from = beginningOf('from', first);
  const end = beginningOf('to', last);
  if (end > now + YEAR_MS) throw new TradecastError('VALIDATION', 'to: more than a year ahead');
  const to = last.includes('-') ? newYorkTime(addDays(last, 1), 0) - 1 : end;
  if (from > to) throw new TradecastError('VALIDATION', 'from: later than to');
  if (from < EARLIEST) throw new TradecastError('VALIDATION', 'from: before 1970-01-02');
  return { from, to };
}

function beginningOf(name: string, text: string): number {
  if (!text.includes('-')) return Number(text);
  if (!isDay(text)) throw new TradecastError('VALIDATION', `${name}: no such day`);
  return newYorkTime(text, 0);
}
