import { SESSION_CHECK_INTERVAL_MS } from '../../protocol/limits.ts';
import { MAX_MESSAGE_AGE_MS, MAX_MESSAGE_AHEAD_MS } from '../market/quote-board.ts';
import type { BusMessages, BusTopic } from './bus.ts';
import { isMessageOf } from './message-shapes.ts';

/** Raised when a message changes so that an older replica would misread it; new topics and fields alone do not raise it. */
export const BUS_VERSION = 1;

/** What goes between replicas, whichever way it takes. */
export interface Envelope<T extends BusTopic = BusTopic> {
  readonly version: number;
  /** When it was published, milliseconds since epoch by the clock of the publisher. */
  readonly at: number;
  readonly message: BusMessages[T];
}

/** Why a message that arrived is not passed on. `late`: out of its time, which a clock that is wrong makes of any. */
export type DropReason = 'malformed' | 'late' | 'version';

/** How old a message may be when it arrives, milliseconds. What is dropped here is found in the database, or said again. */
export const MAX_AGE_MS: Readonly<Record<BusTopic, number>> = {
  /** Nobody is shown, and nobody trades on, a price that is older. */
  quotes: MAX_MESSAGE_AGE_MS,
  /** The sweep of the journal has found the events by then. */
  journal: 10_000,
  /** Only says "read again", which takes what is there now: late is useful, unless it is the tail of an outage. */
  portfolio: 10_000,
  /** The sessions of open sockets have been read from the database by then. */
  revoked: SESSION_CHECK_INTERVAL_MS,
  /** A replica tells all it wants again every ten seconds; an older word must not undo a newer one. */
  demand: 5_000,
  /** The executor has looked for itself by then. */
  orders: 10_000,
  /** Who spoke this long ago counts as silent, so it proves no life. */
  heartbeat: 5_000,
  /** The standbys have looked for themselves by then. */
  'lease:free': 5_000,
  /** The next engine meets the refusal by itself; the word that spares it is good for as long as it names. */
  'feed:lost': 60_000,
  /** Whoever asked has given up by then. */
  'candles:asked': 5_000,
  candles: 5_000,
};

export const isTopic = (name: string): name is BusTopic => Object.hasOwn(MAX_AGE_MS, name);
export const TOPICS = Object.keys(MAX_AGE_MS) as readonly BusTopic[];

/** Opens what arrived. Fields it does not know are left alone: they are a newer replica's. */
export function openEnvelope<T extends BusTopic>(
  topic: T,
  envelope: unknown,
  { now, checkAge = true }: { readonly now: number; readonly checkAge?: boolean },
): { readonly message: BusMessages[T] } | { readonly dropped: DropReason } {
  if (typeof envelope !== 'object' || envelope === null) return { dropped: 'malformed' };
  const { version, at, message } = envelope as Partial<Record<keyof Envelope, unknown>>;
  if (typeof version !== 'number' || typeof at !== 'number' || !Number.isFinite(at)) {
    return { dropped: 'malformed' };
  }
  if (version !== BUS_VERSION) return { dropped: 'version' };
  if (checkAge && !isInTime(topic, now - at)) return { dropped: 'late' };
  return isMessageOf(topic, message) ? { message } : { dropped: 'malformed' };
}

/** A heartbeat may come from the future: it is how a clock that runs ahead is found, and nothing trusts its time. */
const isInTime = (topic: BusTopic, age: number): boolean =>
  age <= MAX_AGE_MS[topic] && (topic === 'heartbeat' || age >= -MAX_MESSAGE_AHEAD_MS);
