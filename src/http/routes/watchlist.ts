import { Router } from 'express';
import { checkStock } from '../../domain/instrument/directory.ts';
import { instrumentOf } from '../../domain/instrument/instrument.ts';
import { type DataOf, ROUTES } from '../../protocol/routes.ts';
import { succeed, userOf } from '../answer.ts';
import { readBody } from '../body.ts';
import type { HttpParts } from '../parts.ts';
import { signedInUser } from '../session.ts';

/** The user's saved list of stocks and option contracts. Only those that exist may join it. */
export function watchlistRoutes({
  sessions,
  watchlists,
  instruments,
  contracts,
  defaultWatchlist,
}: Pick<HttpParts, 'sessions' | 'watchlists' | 'instruments' | 'contracts' | 'defaultWatchlist'>): Router {
  const router = Router();
  const saved = async (userId: string): Promise<readonly string[]> =>
    (await watchlists.find(userId)) ?? defaultWatchlist();
  /** Throws UNKNOWN_SYMBOL, NOT_IN_PLAN, UNAVAILABLE. */
  async function check(symbols: readonly string[]): Promise<void> {
    const isOption = (symbol: string): boolean => instrumentOf(symbol).kind === 'option';
    const stocks = symbols.filter((symbol) => !isOption(symbol));
    await Promise.all([
      contracts.quotes.check(symbols.filter(isOption)),
      ...stocks.map((symbol) => checkStock(instruments, symbol)),
    ]);
  }

  router.get('/', async (_req, res) =>
    succeed<DataOf<'GET /api/watchlist'>>(res, { symbols: await saved(userOf(res).id) }),
  );

  router.put('/', async (req, res) => {
    const { id } = userOf(res);
    const { symbols } = readBody(req, ROUTES['PUT /api/watchlist'].body);
    const already = new Set(await saved(id));
    const added = symbols.filter((symbol) => !already.has(symbol));
    await check(added);
    // The look-up of symbols upstream may have taken seconds.
    if (added.length > 0) await signedInUser(sessions, req);
    await watchlists.save(id, symbols);
    succeed<DataOf<'PUT /api/watchlist'>>(res, { symbols });
  });

  return router;
}
