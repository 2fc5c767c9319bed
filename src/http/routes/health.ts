import { Router } from 'express';
import { TradecastError } from '../../protocol/errors.ts';
import type { HttpOptions, HttpParts } from '../parts.ts';
import { safeEqual } from '../safe-equal.ts';

/** For load balancers and operators; the bodies are bare, as probes expect them. */
export function healthRoutes(
  { health, metricsText }: Pick<HttpParts, 'health' | 'metricsText'>,
  { metricsToken }: Pick<HttpOptions, 'metricsToken'>,
): Router {
  const router = Router();

  router.get('/health', (_req, res) => void res.json({ status: 'ok' }));

  router.get('/ready', (_req, res) => {
    const readiness = health.readiness();
    res.status(readiness.status === 'ready' ? 200 : 503).json(readiness);
  });

  router.get('/health/websocket', (_req, res) => void res.json(health.websocket()));

  router.get('/metrics', async (req, res) => {
    if (metricsToken !== null && !safeEqual(req.get('Authorization') ?? '', `Bearer ${metricsToken}`)) {
      res.setHeader('WWW-Authenticate', 'Bearer');
      throw new TradecastError('UNAUTHENTICATED', 'The metrics need their bearer token.');
    }
    const text = await metricsText();
    res
      .type('text/plain; version=0.0.4; charset=utf-8')
      .send(metricsToken === null ? withoutSignals(text) : text);
  });

  return router;
}

/**
 * What everybody may read: any count or time of signals tells of premium ones, since the numbers of free ones are known
 * to every reader. Messages between replicas, statements of the database and queues of readers count them as well.
 */
const TELLS_OF_SIGNALS = /signal|tradecast_(bus|database_seconds|socket_queue)/i;
const withoutSignals = (text: string): string =>
  text
    .split('\n')
    .filter((line) => !TELLS_OF_SIGNALS.test(line))
    .join('\n');
