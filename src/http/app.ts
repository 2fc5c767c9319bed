import cors from 'cors';
import express, { type Express, type RequestHandler, Router } from 'express';
import { createOriginCheck } from '../lib/origin.ts';
import { TradecastError } from '../protocol/errors.ts';
import type { DataOf } from '../protocol/routes.ts';
import { handshakeQuerySchema } from '../protocol/schemas.ts';
import { succeed, userOf } from './answer.ts';
import { rawBody, readQuery } from './body.ts';
import { createErrorHandler, notFound } from './errors.ts';
import { refuseUnknownAddress } from './known-address.ts';
import { takePoint } from './limit.ts';
import type { HttpOptions, HttpParts } from './parts.ts';
import { createPlaces } from './places.ts';
import { createPolledDemand } from './polled-demand.ts';
import { createRequestLog } from './request-log.ts';
import { accountRoutes } from './routes/account.ts';
import { authRoutes } from './routes/auth.ts';
import { contractRoutes } from './routes/contract.ts';
import { darkpoolRoutes } from './routes/darkpool.ts';
import { dashboardRoutes } from './routes/dashboard.ts';
import { healthRoutes } from './routes/health.ts';
import { hookRoutes } from './routes/hooks.ts';
import { marketRoutes } from './routes/market.ts';
import { marketDataRoutes } from './routes/market-data.ts';
import { monitorRoutes } from './routes/monitor.ts';
import { optionsRoutes } from './routes/options.ts';
import { orderRoutes } from './routes/orders.ts';
import { portfolioRoutes } from './routes/portfolio.ts';
import { signalStats } from './routes/signal-stats.ts';
import { signalRoutes, takeSignal } from './routes/signals.ts';
import { tradesRoutes } from './routes/trades.ts';
import { watchlistRoutes } from './routes/watchlist.ts';
import { createSecurityHeaders, createWriteCheck } from './security.ts';
import { createSessionLoader, requireUser } from './session.ts';
import { refuseUndeclaredQuery } from './undeclared-query.ts';

/** The express app; answers nothing but JSON, the dashboard's files and Prometheus text. */
export function createHttpApp(parts: HttpParts, options: HttpOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.set('trust proxy', options.trustProxy);

  app.use(createRequestLog(parts.log, parts.observe));
  app.use(createSecurityHeaders(options));
  app.use((_req, res, next) => {
    // Answers belong to one moment and mostly to one user; the dashboard's files set a header of their own.
    res.setHeader('Cache-Control', 'no-store');
    next();
  });
  app.use(refuseUnknownAddress);
  app.use(healthRoutes(parts, options));
  app.use(contractRoutes());
  app.post('/hooks/signals', takeSignal(parts, options));
  app.use('/hooks', hookRoutes(parts, options));
  app.get('/ws', demandUpgrade);
  app.get('/ws/signals', demandUpgrade);
  app.get('/ws/stats', signalStats(parts, options));
  app.use('/api', apiRoutes(parts, options));
  if (options.dashboardDir !== null) app.use(dashboardRoutes(options.dashboardDir));
  app.use(notFound);
  app.use(createErrorHandler(parts.log));
  return app;
}

/** A request for a WebSocket does not come here: the upgrade router takes it. */
const demandUpgrade: RequestHandler = (req, res) => {
  readQuery(req, handshakeQuerySchema);
  res.setHeader('Upgrade', 'websocket');
  res.append('Connection', 'Upgrade');
  throw new TradecastError('UPGRADE_REQUIRED', 'Connect to this address with a WebSocket client.');
};

function apiRoutes(parts: HttpParts, options: HttpOptions): Router {
  const { sessions, limiter, sessionStore, clock } = parts;
  const { keys, production, allowedOrigins, registrationOpen, feedSource } = options;
  const demand = createPolledDemand(parts);
  const api = Router();
  // A dashboard on an origin of FRONTEND_URL may read the answers; a page of any other origin may not.
  api.use(cors({ origin: [...allowedOrigins], credentials: true }));
  api.use(createWriteCheck(createOriginCheck({ ...parts, allowedOrigins })));
  api.use(refuseUndeclaredQuery());
  api.get('/config', (_req, res) =>
    succeed<DataOf<'GET /api/config'>>(res, { registrationOpen, feed: feedSource }),
  );

  api.get('/socket', demandUpgrade);

  // A source has a secret instead of a session.
  api.post('/v1/external-signals/sync/signal', takeSignal(parts, options));

  // Before the session: a body that arrives slowly must not act after its session has ended.
  api.use(rawBody('application/json'));
  api.use(createSessionLoader({ store: sessionStore, secrets: keys.session, production, clock }));
  api.use('/auth', authRoutes(parts, options));

  api.use(requireUser(sessions));
  api.use(async (_req, res, next) => {
    await takePoint(res, limiter, 'http:api', userOf(res).id);
    next();
  });
  api.use('/account', accountRoutes(parts));
  api.use('/portfolio', portfolioRoutes(parts, demand));
  api.use('/trades', tradesRoutes(parts));
  api.use('/orders', orderRoutes(parts));
  api.use('/signals', signalRoutes(parts));
  api.use('/watchlist', watchlistRoutes(parts));
  api.use('/monitor', monitorRoutes(parts));
  api.use(marketRoutes(parts, demand));
  api.use('/darkpool', darkpoolRoutes(parts));
  const places = createPlaces();
  api.use('/market', marketDataRoutes(parts, places));
  api.use('/market/options', optionsRoutes(parts, places));
  return api;
}
