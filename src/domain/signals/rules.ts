import { TradecastError } from '../../protocol/errors.ts';
import { MAX_SIGNAL_AGE_SECONDS, MAX_SIGNAL_AHEAD_SECONDS } from '../../protocol/limits.ts';
import type { SignalBody } from '../../protocol/signals.ts';
import type { SentSignal } from './signal.ts';

/** What is kept of one revision for deciding on the next. */
export interface KnownRevision {
  readonly revision: number;
  readonly digest: string;
  readonly premium: boolean;
}

export type Ruling = 'new' | 'updated' | 'duplicate';

/**
 * Decides on a signal, given every accepted revision of it. A repeat is recognised before its symbol and times are looked at: it is
 * the answer to "did you get it?", however late it is asked. Throws UNKNOWN_SYMBOL, CONFLICT, VALIDATION
 * or EXPIRED.
 */
export function ruleOn(
  { body, digest, refusal }: Pick<SentSignal, 'body' | 'digest' | 'refusal'>,
  known: readonly KnownRevision[],
  now: number,
): Ruling {
  const same = known.find(({ revision }) => revision === body.revision);
  if (same?.digest === digest) return 'duplicate';
  if (same) throw conflict('This revision of the signal was accepted with another body: raise the revision.');
  if (known.some(({ revision }) => revision > body.revision))
    throw conflict('A higher revision of this signal was accepted before.');
  if (known.some(({ premium }) => premium !== body.premium))
    throw conflict('A revision cannot change "premium": send a signal with another id.');
  if (refusal) throw refusal;
  checkTimes(body, now);
  return known.length === 0 ? 'new' : 'updated';
}

const conflict = (message: string): TradecastError => new TradecastError('CONFLICT', message);

function checkTimes({ timestamp, expiresAt }: SignalBody, now: number): void {
  const age = now - Date.parse(timestamp);
  // Written so that no time at all is refused, too.
  if (!(age >= -MAX_SIGNAL_AHEAD_SECONDS * 1_000))
    throw new TradecastError(
      'VALIDATION',
      `timestamp: more than ${MAX_SIGNAL_AHEAD_SECONDS} s in the future: set the clock of the sender.`,
    );
  if (age > MAX_SIGNAL_AGE_SECONDS * 1_000)
    throw new TradecastError('EXPIRED', `timestamp: more than ${MAX_SIGNAL_AGE_SECONDS} s in the past.`);
  if (expiresAt === undefined) return;
  if (!(Date.parse(expiresAt) > Date.parse(timestamp)))
    throw new TradecastError('VALIDATION', 'expiresAt: not after timestamp.');
  if (!(Date.parse(expiresAt) > now)) throw new TradecastError('EXPIRED', 'expiresAt: in the past.');
}
