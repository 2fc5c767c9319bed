import { createHmac } from 'node:crypto';
import type { RequestHandler } from 'express';
import type { Clock } from '../lib/clock.ts';
import { TradecastError } from '../protocol/errors.ts';
import { HOOK_WINDOW_SECONDS } from '../protocol/limits.ts';
import { safeEqual } from './safe-equal.ts';

/** `v1=<hex hmac-sha256(secret, timestamp + "." + raw body)>`. */
const hookSignature = (secret: string, timestamp: string, body: Buffer): string =>
  `v1=${createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex')}`;

/**
 * Passes signed requests only. The signature covers the time, so a recorded request expires with the window; within
 * it the event id stops a second use. Every refusal reads the same.
 */
export function createSignatureCheck({
  secrets,
  clock,
}: {
  secrets: () => readonly string[];
  clock: Clock;
}): RequestHandler {
  return (req, _res, next) => {
    const timestamp = req.get('X-Tradecast-Timestamp') ?? '';
    const signature = req.get('X-Tradecast-Signature') ?? '';
    const body = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0);
    const age = /^\d{1,12}$/.test(timestamp) ? Math.abs(clock.now() / 1000 - Number(timestamp)) : Number.NaN;
    const signed = secrets().map((secret) => safeEqual(signature, hookSignature(secret, timestamp, body)));
    if (!(age <= HOOK_WINDOW_SECONDS) || !signed.includes(true)) {
      throw new TradecastError('INVALID_SIGNATURE', 'Invalid signature.');
    }
    next();
  };
}
