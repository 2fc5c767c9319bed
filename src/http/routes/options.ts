import compression from 'compression';
import { type Request, Router } from 'express';
import { contractRefusal, optionedStock } from '../../domain/instrument/directory.ts';
import { instrumentOf } from '../../domain/instrument/instrument.ts';
import { TradecastError } from '../../protocol/errors.ts';
import { type DataOf, ROUTES } from '../../protocol/routes.ts';
import { symbolSchema } from '../../protocol/schemas.ts';
import { succeed } from '../answer.ts';
import { readQuery, validate } from '../body.ts';
import type { HttpParts } from '../parts.ts';
import type { Places } from '../places.ts';

/** Chains and expiries by request. */
export function optionsRoutes(
  { contracts, instruments }: Pick<HttpParts, 'contracts' | 'instruments'>,
  places: Places,
): Router {
  const router = Router();

  /**
   * The stock of the path, by its symbol or by the root of its contracts. Throws VALIDATION, UNSUPPORTED_INSTRUMENT,
   * UNKNOWN_SYMBOL, UNAVAILABLE.
   */
  async function underlyingOf(req: Request): Promise<string> {
    const symbol = validate(symbolSchema, req.params.underlying);
    if (instrumentOf(symbol).kind === 'option') throw contractRefusal(symbol);
    return optionedStock(instruments, symbol);
  }

  // Numbers without a secret that their compressed size could reveal.
  router.get('/:underlying', compression(), async (req, res) => {
    const query = readQuery(req, ROUTES['GET /api/market/options/:underlying'].query);
    const { strikeFrom, strikeTo } = query;
    if (strikeFrom !== undefined && strikeTo !== undefined && strikeFrom > strikeTo)
      throw new TradecastError('VALIDATION', 'strikeFrom: above strikeTo');
    const underlying = await underlyingOf(req);
    succeed<DataOf<'GET /api/market/options/:underlying'>>(
      res,
      await places.run(res, (signal) => contracts.quotes.chain({ underlying, ...query }, signal)),
    );
  });

  router.get('/:underlying/expirations', async (req, res) => {
    succeed<DataOf<'GET /api/market/options/:underlying/expirations'>>(
      res,
      await contracts.quotes.expirations(await underlyingOf(req)),
    );
  });

  return router;
}
