import { createHmac } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import type { Clock } from '../lib/clock.ts';
import { TradecastError } from '../protocol/errors.ts';
import { HOOK_WINDOW_SECONDS } from '../protocol/limits.ts';
import { safeEqual } from './safe-equal.ts';

declare global {
  namespace Express {
    interface Locals {
      /** The sources whose secret signed the request. */
      sources?: ReadonlySet<string>;
      /** When the request was signed and when it arrived, milliseconds since epoch. */
      signature?: { readonly signedAt: number; readonly receivedAt: number };
    }
  }
}

/** `v1=<hex hmac-sha256(secret, timestamp + "." + raw body)>`. */
const hookSignature = (secret: string, timestamp: string, body: Buffer): string =>
  `v1=${createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex')}`;

const invalid = (): TradecastError => new TradecastError('INVALID_SIGNATURE', 'Invalid signature.');

/**
 * Answers which secrets signed a request; every secret takes the same time. The signature covers the time, so a recorded
 * request expires with the window; within it the event id stops a second use. Every refusal reads the same.
 */
function signatureOf(req: Request, clock: Clock): (secret: string) => boolean {
  const timestamp = req.get('X-Tradecast-Timestamp') ?? '';
  const signature = req.get('X-Tradecast-Signature') ?? '';
  const body = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0);
  const age = /^\d{1,12}$/.test(timestamp) ? Math.abs(clock.now() / 1000 - Number(timestamp)) : Number.NaN;
  if (!(age <= HOOK_WINDOW_SECONDS)) throw invalid();
  return (secret) => safeEqual(signature, hookSignature(secret, timestamp, body));
}

/** Passes signed requests only. */
export function createSignatureCheck({
  secrets,
  clock,
}: {
  secrets: () => readonly string[];
  clock: Clock;
}): RequestHandler {
  return (req, res, next) => {
    if (!secrets().map(signatureOf(req, clock)).includes(true)) throw invalid();
    const signedAt = Number(req.get('X-Tradecast-Timestamp')) * 1000;
    res.locals.signature = { signedAt, receivedAt: clock.now() };
    next();
  };
}

/** The times of a request that has passed the check. Throws where it has not. */
export function timesOf({ locals: { signature } }: Response): NonNullable<typeof signature> {
  if (signature === undefined) throw new Error('the signature was not checked');
  return signature;
}

/** The same for senders of signals; `assertSource` then says for whom the request may speak. */
export function createSourceCheck({
  secrets,
  clock,
}: {
  secrets: () => readonly { readonly source: string; readonly secret: string }[];
  clock: Clock;
}): RequestHandler {
  return (req, res, next) => {
    const isSignedBy = signatureOf(req, clock);
    const signers = secrets().map(({ source, secret }) => (isSignedBy(secret) ? source : null));
    const sources = new Set(signers.filter((source) => source !== null));
    if (sources.size === 0) throw invalid();
    res.locals.sources = sources;
    next();
  };
}

/** Throws FORBIDDEN where the secret that signed the request is another source's. */
export function assertSource(res: Response, source: string): void {
  if (!res.locals.sources?.has(source))
    throw new TradecastError('FORBIDDEN', 'source: this secret speaks for another source.');
}
