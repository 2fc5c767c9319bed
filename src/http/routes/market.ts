import compression from 'compression';
import { Router } from 'express';
import { z } from 'zod';
import { onlyStocks } from '../../domain/instrument/directory.ts';
import type { Candle } from '../../domain/market/candle.ts';
import { quoteToPayload } from '../../domain/market/quote.ts';
import type { CandlePayload, InstrumentPayload, MarketStatusPayload } from '../../protocol/market.ts';
import type { QuotePayload } from '../../protocol/quotes.ts';
import { symbolSchema, symbolsSchema } from '../../protocol/schemas.ts';
import { succeed } from '../answer.ts';
import { readQuery, validate } from '../body.ts';
import type { HttpParts } from '../parts.ts';
import type { PolledDemand } from '../polled-demand.ts';

/** As many as a search box lists. */
const MAX_MATCHES = 20;

const quotesSchema = z.strictObject({ symbols: z.string().max(4_000) });
const searchSchema = z.strictObject({ q: z.string().trim().max(64).default('') });
const candlesSchema = z.strictObject({ symbol: symbolSchema });

const candleToPayload = ({ start, ...prices }: Candle): CandlePayload => ({ time: start / 1000, ...prices });

/** Quotes, candles, symbols and hours as this replica knows them; a symbol without a quote is left out. */
export function marketRoutes(
  parts: Pick<HttpParts, 'quotes' | 'candles' | 'instruments' | 'hours' | 'clock'>,
  demand: PolledDemand,
): Router {
  const { quotes, candles, instruments, hours, clock } = parts;
  const router = Router();

  /** Whether quotes of the symbol may exist; an unknown one is looked up until the next poll. */
  function isListed(symbol: string): boolean {
    const known = instruments.knows(symbol);
    if (known === undefined) void instruments.get(symbol).catch(() => undefined);
    return known === true;
  }

  router.get('/quotes', (req, res) => {
    const symbols = onlyStocks(validate(symbolsSchema, readQuery(req, quotesSchema).symbols.split(',')));
    demand.want(symbols.filter(isListed));
    const known = symbols.map((symbol) => quotes.get(symbol)).filter((quote) => quote !== undefined);
    succeed<QuotePayload[]>(res, known.map(quoteToPayload));
  });

  router.get('/market/status', (_req, res) => succeed<MarketStatusPayload>(res, hours.status(clock.now())));

  router.get('/symbols', async (req, res) => {
    const { q } = readQuery(req, searchSchema);
    succeed<InstrumentPayload[]>(res, await instruments.search(q, MAX_MATCHES));
  });

  // A day of minutes is 65 KB of numbers, without a secret that its compressed size could reveal.
  router.get('/candles', compression(), async (req, res) => {
    const { symbol } = readQuery(req, candlesSchema);
    demand.want(onlyStocks([symbol]).filter(isListed));
    succeed<CandlePayload[]>(res, (await candles(symbol)).map(candleToPayload));
  });

  return router;
}
