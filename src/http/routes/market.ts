import compression from 'compression';
import { Router } from 'express';
import { onlyStocks } from '../../domain/instrument/directory.ts';
import { instrumentOf } from '../../domain/instrument/instrument.ts';
import type { Candle } from '../../domain/market/candle.ts';
import { quoteToPayload } from '../../domain/market/quote.ts';
import { closeOf } from '../../domain/options/expiry.ts';
import type { CandlePayload } from '../../protocol/market.ts';
import { type DataOf, ROUTES } from '../../protocol/routes.ts';
import { symbolsSchema } from '../../protocol/schemas.ts';
import { succeed } from '../answer.ts';
import { readQuery, validate } from '../body.ts';
import type { HttpParts } from '../parts.ts';
import { createPolledDemand, type PolledDemand } from '../polled-demand.ts';

/** As many as a search box lists. */
const MAX_MATCHES = 20;

const candleToPayload = ({ start, ...prices }: Candle): CandlePayload => ({ time: start / 1000, ...prices });

/** Quotes, candles, symbols and hours as this replica knows them; a symbol without a quote is left out. */
export function marketRoutes(
  parts: Pick<HttpParts, 'quotes' | 'candles' | 'contracts' | 'instruments' | 'hours' | 'clock'>,
  demand: PolledDemand,
): Router {
  const { quotes, candles, contracts, instruments, hours, clock } = parts;
  const contractDemand = createPolledDemand({ demand: contracts.demand, clock });
  const router = Router();

  /** Whether quotes of the symbol may exist; an unknown one is looked up until the next poll. */
  function isListed(symbol: string): boolean {
    const known = instruments.knows(symbol);
    if (known === undefined) void instruments.get(symbol).catch(() => undefined);
    return known === true;
  }

  /** Whether there is, or may be, something to come of the contract. */
  async function mayTrade(contract: string): Promise<boolean> {
    if ((closeOf(contract) ?? 0) <= contracts.marketTime()) return false;
    return !(await contracts.listing.unlisted([contract])).has(contract);
  }

  async function minutesOf(symbol: string): Promise<readonly Candle[]> {
    if (instrumentOf(symbol).kind === 'option') {
      if (await mayTrade(symbol)) contractDemand.want([symbol]);
      return contracts.candles(symbol);
    }
    demand.want([symbol].filter(isListed));
    return candles(symbol);
  }

  router.get('/quotes', (req, res) => {
    const symbols = onlyStocks(
      validate(symbolsSchema, readQuery(req, ROUTES['GET /api/quotes'].query).symbols.split(',')),
    );
    demand.want(symbols.filter(isListed));
    const known = symbols.map((symbol) => quotes.get(symbol)).filter((quote) => quote !== undefined);
    succeed<DataOf<'GET /api/quotes'>>(res, known.map(quoteToPayload));
  });

  router.get('/market/status', (_req, res) =>
    succeed<DataOf<'GET /api/market/status'>>(res, hours.status(clock.now())),
  );

  router.get('/symbols', async (req, res) => {
    const { q } = readQuery(req, ROUTES['GET /api/symbols'].query);
    succeed<DataOf<'GET /api/symbols'>>(res, await instruments.search(q, MAX_MATCHES));
  });

  // A day of minutes is 65 KB of numbers, without a secret that its compressed size could reveal.
  router.get('/candles', compression(), async (req, res) => {
    const { symbol } = readQuery(req, ROUTES['GET /api/candles'].query);
    succeed<DataOf<'GET /api/candles'>>(res, (await minutesOf(symbol)).map(candleToPayload));
  });

  return router;
}
