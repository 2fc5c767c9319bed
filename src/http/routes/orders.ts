import { type Request, Router } from 'express';
import { refusalOf } from '../../domain/trading/refusal.ts';
import { TradecastError } from '../../protocol/errors.ts';
import { type DataOf, ROUTES } from '../../protocol/routes.ts';
import { idSchema, keySchema } from '../../protocol/schemas.ts';
import type { TradeSource } from '../../protocol/trades.ts';
import { refuse, succeed, userOf } from '../answer.ts';
import { readBody, readQuery, validate } from '../body.ts';
import { takePoint } from '../limit.ts';
import type { HttpParts } from '../parts.ts';

/** List, place, cancel. */
export function orderRoutes({ trading, limiter }: Pick<HttpParts, 'trading' | 'limiter'>): Router {
  const router = Router();

  router.get('/', async (req, res) => {
    const list = readQuery(req, ROUTES['GET /api/orders'].query);
    succeed<DataOf<'GET /api/orders'>>(res, await trading.orders(userOf(res).id, list));
  });

  router.post('/', async (req, res) => {
    const { id: userId } = userOf(res);
    const { clientOrderId, ...request } = readBody(req, ROUTES['POST /api/orders'].body);
    const key = orderKey(req, clientOrderId);
    await takePoint(res, limiter, 'http:orders', userId);
    const placed = await trading.place({
      userId,
      request,
      source: sourceOf(req),
      key,
      sessionId: req.sessionID,
    });
    const refusal = refusalOf(placed);
    if (refusal) refuse(res, refusal, { order: placed.order });
    else succeed<DataOf<'POST /api/orders'>>(res, placed.order, 201);
  });

  router.delete('/:id', async (req, res) => {
    const { id: userId } = userOf(res);
    const id = idSchema.safeParse(req.params.id);
    if (!id.success) throw new TradecastError('NOT_FOUND', 'No such order.');
    await takePoint(res, limiter, 'http:orders', userId);
    succeed<DataOf<'DELETE /api/orders/:id'>>(res, await trading.cancel(userId, id.data, req.sessionID));
  });

  return router;
}

/** Only a browser sends this header, with this value only from our page: the dashboard without a socket. */
const sourceOf = (req: Request): TradeSource =>
  req.get('Sec-Fetch-Site') === 'same-origin' ? 'dashboard' : 'api';

/** The sender's key. Without one a lost answer could only be repeated as a second order. */
function orderKey(req: Request, clientOrderId: string | undefined): string {
  const header = req.get('Idempotency-Key');
  const key = header === undefined ? clientOrderId : validate(keySchema, header);
  if (key === undefined) {
    throw new TradecastError('VALIDATION', 'An order needs an Idempotency-Key header or a clientOrderId.');
  }
  if (clientOrderId !== undefined && clientOrderId !== key) {
    throw new TradecastError('VALIDATION', 'Idempotency-Key and clientOrderId differ: send one of them.');
  }
  return key;
}
