import { createHash } from 'node:crypto';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import type { HookOutcome } from '../../domain/hooks/hook-inbox.ts';
import type { Hooks, Signed } from '../../domain/hooks/hooks.ts';
import { refusalOf } from '../../domain/trading/refusal.ts';
import {
  banHookSchema,
  discordLinkHookSchema,
  haltHookSchema,
  orderHookSchema,
  portfolioHookSchema,
  positionHookSchema,
  roleHookSchema,
  tierHookSchema,
  tradeHookSchema,
} from '../../protocol/hooks.ts';
import { MAX_REPORT_BYTES } from '../../protocol/limits.ts';
import { refuse, succeed } from '../answer.ts';
import { rawBody, readBody, readReport } from '../body.ts';
import { createSignatureCheck, timesOf } from '../hook-signature.ts';
import type { HttpOptions, HttpParts } from '../parts.ts';

/** Signed machine-to-machine routes. A secret opens the routes of its kind and no others. */
export function hookRoutes({ hooks, clock }: HttpParts, { keys }: HttpOptions): Router {
  const router = Router();
  router.use(
    '/portfolio',
    rawBody(() => true, MAX_REPORT_BYTES),
  );
  router.use(rawBody(() => true));
  router.use(botRoutes(hooks, createSignatureCheck({ secrets: keys.hook, clock })));
  router.use(operatorRoutes(hooks, createSignatureCheck({ secrets: keys.operator, clock })));
  return router;
}

/** Bots report trades and portfolios, place orders, link Discord accounts. */
function botRoutes(hooks: Hooks, signed: RequestHandler): Router {
  const router = Router();

  router.post('/trades', signed, async (req, res) => {
    answer(res, await hooks.trade(readReport(req, tradeHookSchema), digestOf('trades', req)));
  });

  router.post('/portfolio', signed, async (req, res) => {
    answer(res, await hooks.portfolio(readReport(req, portfolioHookSchema), signedOf('portfolio', req, res)));
  });

  router.post('/orders', signed, async (req, res) => {
    const placed = await hooks.order(readBody(req, orderHookSchema), digestOf('orders', req));
    const { duplicate, order } = placed;
    const refusal = refusalOf(placed);
    if (refusal) refuse(res, refusal, { orderId: order.id, duplicate });
    else answer(res, { result: { orderId: order.id }, duplicate });
  });

  router.post('/discord-link', signed, async (req, res) => {
    answer(res, await hooks.discordLink(readBody(req, discordLinkHookSchema), digestOf('discord-link', req)));
  });

  return router;
}

/** What operators change: trading for everyone, and who may do what. */
function operatorRoutes(hooks: Hooks, signed: RequestHandler): Router {
  const router = Router();

  router.post('/halt', signed, async (req, res) => {
    answer(res, await hooks.halt(readReport(req, haltHookSchema), signedOf('halt', req, res)));
  });

  router.post('/positions', signed, async (req, res) => {
    answer(res, await hooks.position(readReport(req, positionHookSchema), signedOf('positions', req, res)));
  });

  router.post('/ban', signed, async (req, res) => {
    answer(res, await hooks.ban(readBody(req, banHookSchema), signedOf('ban', req, res)));
  });

  router.post('/role', signed, async (req, res) => {
    answer(res, await hooks.role(readBody(req, roleHookSchema), signedOf('role', req, res)));
  });

  router.post('/tier', signed, async (req, res) => {
    answer(res, await hooks.tier(readBody(req, tierHookSchema), signedOf('tier', req, res)));
  });

  return router;
}

/** When it was signed and received, too: commands of operators follow each other in this order. */
const signedOf = (route: string, req: Request, res: Response): Signed => ({
  digest: digestOf(route, req),
  ...timesOf(res),
});

/** An event id stands for this route, however its path is spelled, and exactly these bytes. */
const digestOf = (route: string, req: Request): string =>
  createHash('sha256').update(`/${route}\n`).update(req.body).digest('hex');

const ACCEPTED = 202;
const answer = (res: Response, { result, duplicate }: HookOutcome<object>): void =>
  succeed(res, { ...result, duplicate }, duplicate ? 200 : ACCEPTED);
