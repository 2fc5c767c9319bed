import { createHash } from 'node:crypto';
import { type ErrorRequestHandler, type RequestHandler, Router } from 'express';
import { toDelivery } from '../../domain/signals/delivery/delivery-log.ts';
import { openStreams } from '../../domain/signals/open-streams.ts';
import { TradecastError } from '../../protocol/errors.ts';
import { type DataOf, ROUTES } from '../../protocol/routes.ts';
import { TRACK_RECORD_RULES } from '../../protocol/signal-reports.ts';
import { signalSchema } from '../../protocol/signals.ts';
import { succeed, userOf } from '../answer.ts';
import { rawBody, readBody, readQuery } from '../body.ts';
import { toRefusal } from '../errors.ts';
import { assertSource, createSourceCheck } from '../hook-signature.ts';
import { takePoint } from '../limit.ts';
import type { HttpOptions, HttpParts } from '../parts.ts';

const ACCEPTED = 202;

type IntakeParts = Pick<HttpParts, 'signals' | 'limiter' | 'clock' | 'countSignal'>;

/** Takes one signed signal; a session is neither needed nor looked at. */
export function takeSignal(
  { signals, limiter, clock, countSignal }: IntakeParts,
  { keys }: HttpOptions,
): (RequestHandler | ErrorRequestHandler)[] {
  const take: RequestHandler = async (req, res) => {
    const body = readBody(req, signalSchema);
    assertSource(res, body.source);
    await takePoint(res, limiter, 'http:signals', body.source);
    // The same bytes are the same signal, whichever of the two routes they take.
    const digest = createHash('sha256').update(req.body).digest('hex');
    const { duplicate } = await signals.accept({ body, digest });
    countSignal(duplicate ? 'repeated' : 'accepted');
    succeed<DataOf<'POST /hooks/signals'>>(res, { duplicate }, duplicate ? 200 : ACCEPTED);
  };
  const countRefusal: ErrorRequestHandler = (error: unknown, _req, _res, next) => {
    countSignal(toRefusal(error).code);
    next(error);
  };
  return [
    // The signature covers the bytes, whatever their type.
    rawBody(() => true),
    createSourceCheck({ secrets: keys.signal, clock }),
    take,
    countRefusal,
  ];
}

/** What a reader may see, newest first, and what following it brought; for administrators also how far it was delivered. */
export function signalRoutes({
  signalLog,
  deliveryLog,
  trackRecord,
}: Pick<HttpParts, 'signalLog' | 'deliveryLog' | 'trackRecord'>): Router {
  const router = Router();
  router.get('/', async (req, res) => {
    const { premiumOnly, ...query } = readQuery(req, ROUTES['GET /api/signals'].query);
    const streams = openStreams(userOf(res).tier).filter((stream) => !premiumOnly || stream === 'premium');
    const signals = streams.length === 0 ? [] : await signalLog.list({ ...query, streams });
    succeed<DataOf<'GET /api/signals'>>(res, { signals: [...signals] });
  });
  router.get('/track-record', async (req, res) => {
    const { source } = readQuery(req, ROUTES['GET /api/signals/track-record'].query);
    const sources = await trackRecord(openStreams(userOf(res).tier), source);
    succeed<DataOf<'GET /api/signals/track-record'>>(res, { rules: [...TRACK_RECORD_RULES], sources });
  });
  router.get('/deliveries', async (req, res) => {
    const { role, tier } = userOf(res);
    if (role !== 'admin')
      throw new TradecastError('FORBIDDEN', 'The delivery of signals is for administrators.');
    const query = readQuery(req, ROUTES['GET /api/signals/deliveries'].query);
    // An administrator operates the service; what is premium stays for those who have the tier.
    const counted = await deliveryLog.list({ ...query, streams: openStreams(tier) });
    succeed<DataOf<'GET /api/signals/deliveries'>>(res, { deliveries: counted.map(toDelivery) });
  });
  return router;
}
