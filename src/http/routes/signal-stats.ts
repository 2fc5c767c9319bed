import type { RequestHandler } from 'express';
import { readSessionCookie } from '../../domain/accounts/session-cookie.ts';
import { TradecastError } from '../../protocol/errors.ts';
import type { DataOf } from '../../protocol/routes.ts';
import type { HttpOptions, HttpParts } from '../parts.ts';
import { safeEqual } from '../safe-equal.ts';

/** For monitors with the token of the metrics, and for administrators; bare, as monitors expect it. */
export function signalStats(
  { sessions, signalCensus }: Pick<HttpParts, 'sessions' | 'signalCensus'>,
  { keys, metricsToken }: Pick<HttpOptions, 'keys' | 'metricsToken'>,
): RequestHandler {
  async function isAdmin(cookie: string | undefined): Promise<boolean> {
    const sessionId = readSessionCookie(cookie, keys.session());
    const session = sessionId === null ? null : await sessions.find(sessionId);
    return session?.user.role === 'admin';
  }

  return async (req, res) => {
    const hasToken =
      metricsToken !== null && safeEqual(req.get('Authorization') ?? '', `Bearer ${metricsToken}`);
    if (!hasToken && !(await isAdmin(req.headers.cookie))) {
      res.setHeader('WWW-Authenticate', 'Bearer');
      throw new TradecastError(
        'UNAUTHENTICATED',
        'Sign in as an administrator, or send the token of the metrics.',
      );
    }
    const stats: DataOf<'GET /ws/stats'> = await signalCensus.count();
    res.json(stats);
  };
}
