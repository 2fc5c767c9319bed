import { Router } from 'express';
import { contractRefusal } from '../../domain/instrument/directory.ts';
import { instrumentOf } from '../../domain/instrument/instrument.ts';
import { TradecastError } from '../../protocol/errors.ts';
import { type DataOf, ROUTES } from '../../protocol/routes.ts';
import { succeed, userOf } from '../answer.ts';
import { readBody } from '../body.ts';
import type { HttpParts } from '../parts.ts';
import { signedInUser } from '../session.ts';

/** The user's saved list. Only symbols of existing instruments may join it. */
export function watchlistRoutes({
  sessions,
  watchlists,
  instruments,
  defaultWatchlist,
}: Pick<HttpParts, 'sessions' | 'watchlists' | 'instruments' | 'defaultWatchlist'>): Router {
  const router = Router();
  const saved = async (userId: string): Promise<readonly string[]> =>
    (await watchlists.find(userId)) ?? defaultWatchlist();

  router.get('/', async (_req, res) =>
    succeed<DataOf<'GET /api/watchlist'>>(res, { symbols: await saved(userOf(res).id) }),
  );

  router.put('/', async (req, res) => {
    const { id } = userOf(res);
    const { symbols } = readBody(req, ROUTES['PUT /api/watchlist'].body);
    const contract = symbols.find((symbol) => instrumentOf(symbol).kind === 'option');
    if (contract) throw contractRefusal(contract);
    const already = new Set(await saved(id));
    const added = symbols.filter((symbol) => !already.has(symbol));
    const found = await Promise.all(added.map((symbol) => instruments.get(symbol)));
    const unknown = added.find((_symbol, index) => found[index] === null);
    if (unknown) throw new TradecastError('UNKNOWN_SYMBOL', `${unknown} is not a known symbol.`);
    // The look-up of symbols upstream may have taken seconds.
    if (added.length > 0) await signedInUser(sessions, req);
    await watchlists.save(id, symbols);
    succeed<DataOf<'PUT /api/watchlist'>>(res, { symbols });
  });

  return router;
}
