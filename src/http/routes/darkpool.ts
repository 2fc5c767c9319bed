import { Router } from 'express';
import { checkStock, contractRefusal } from '../../domain/instrument/directory.ts';
import { instrumentOf } from '../../domain/instrument/instrument.ts';
import { completenessOf } from '../../domain/off-exchange/completeness.ts';
import { dayToPayload, totalsToRow } from '../../domain/off-exchange/payloads.ts';
import type { StoredSymbolDay } from '../../domain/off-exchange/sums-store.ts';
import { createAnswerCache } from '../../lib/answer-cache.ts';
import { MAX_DARKPOOL_SYMBOLS } from '../../protocol/limits.ts';
import { newYorkDate } from '../../protocol/new-york.ts';
import { type DataOf, ROUTES } from '../../protocol/routes.ts';
import { symbolSchema } from '../../protocol/schemas.ts';
import { succeed } from '../answer.ts';
import { readQuery, validate } from '../body.ts';
import type { HttpParts } from '../parts.ts';

/** Every page polls its symbol: what is stored once a second is read no more often. */
const FRESH_MS = 1_000;
/** In minutes and large prints: about 50 MB. */
const MAX_WEIGHT = 200_000;

/** Off-exchange prints: totals of every symbol from memory, one symbol's day from the database. */
export function darkpoolRoutes({
  totals,
  sumsStore,
  instruments,
  hours,
  clock,
}: Pick<HttpParts, 'totals' | 'sumsStore' | 'instruments' | 'hours' | 'clock'>): Router {
  const router = Router();
  const days = createAnswerCache<StoredSymbolDay>({
    clock,
    freshMs: FRESH_MS,
    staleMs: 0,
    keepErrorMs: () => 0,
    mayServeStale: () => false,
    weightOf: ({ minutes, largest }) => 1 + minutes.length + largest.length,
    maxWeight: MAX_WEIGHT,
  });

  router.get('/sentiment', (_req, res) =>
    succeed<DataOf<'GET /api/darkpool/sentiment'>>(
      res,
      totals.heaviest(MAX_DARKPOOL_SYMBOLS).map(totalsToRow),
    ),
  );

  router.get('/:symbol', async (req, res) => {
    const query = readQuery(req, ROUTES['GET /api/darkpool/:symbol'].query);
    const symbol = validate(symbolSchema, req.params.symbol);
    if (instrumentOf(symbol).kind === 'option') throw contractRefusal(symbol);
    await checkStock(instruments, symbol);
    const day = query.day ?? totals.day() ?? newYorkDate(clock.now());
    const { value: stored } = await days.get(`${symbol} ${day}`, () => sumsStore.symbolDay(symbol, day));
    const parts = { day, now: clock.now(), isFlowing: totals.isFlowing(), hours };
    succeed<DataOf<'GET /api/darkpool/:symbol'>>(
      res,
      dayToPayload(symbol, day, stored, completenessOf(stored, parts), totals.scope()),
    );
  });

  return router;
}
