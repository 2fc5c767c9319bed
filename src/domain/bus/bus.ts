/**
 * What replicas tell each other. The bus carries only what may be lost: whoever misses a message finds the
 * truth in the database.
 */
import type { SessionRevokedPayload } from '../../protocol/connection.ts';
import type { JournalRecord } from '../journal/journal.ts';
import type { Candle } from '../market/candle-book.ts';
import type { Quote } from '../market/quote.ts';
import type { ReplicaStatus } from '../monitor/replica-status.ts';
import type { Envelope } from './envelope.ts';

export interface BusMessages {
  /**
   * Quotes that changed, from the holder of lease number `lease`, who counts its messages from 1. It tells all
   * that changed after message `after`: the one before `seq`, or an earlier one where several were put into one.
   * Whoever has not heard that far has missed something.
   */
  quotes: { lease: number; after: number; seq: number; at: number; quotes: readonly Quote[] };
  /** Events just committed to one user's journal, in order. */
  journal: { userId: string; epoch: string; records: readonly JournalRecord[] };
  /** The stored portfolio of a user changed in a way that no quote tells (fill, deposit, external report). */
  portfolio: { userId: string };
  /** A session, or every session of a user, has ended in the database. */
  revoked: { reason: SessionRevokedPayload['reason'] } & ({ sessionHash: string } | { userId: string });
  /** Symbols this replica needs quotes of. With `resync` the engine tells each of them again, changed or not. */
  demand: { replica: string; symbols: readonly string[]; resync?: boolean };
  /** An order was accepted, or a cancel asked for: the executor has work. */
  orders: { userId: string };
  /** Each replica, every second: that it lives, and how it is. */
  heartbeat: ReplicaStatus;
  /** The engine lease is free: whoever wants it need not wait for the next look. */
  'lease:free': { replica: string };
  /** Upstream gave our one place to somebody outside, not for the first time: no engine asks for it before `notBefore`. */
  'feed:lost': { replica: string; notBefore: number; losses: number };
  /** A replica that is not the engine asks for today's candles of a symbol; the engine answers with `candles`. */
  'candles:asked': { id: string; symbol: string };
  candles: { id: string; candles: readonly Candle[] };
}
export type BusTopic = keyof BusMessages;

export interface Bus {
  /** Never throws and never waits: what cannot be sent is lost. Local subscribers hear it too. */
  publish<T extends BusTopic>(topic: T, message: BusMessages[T]): void;
  /** Returns what ends the subscription. */
  subscribe<T extends BusTopic>(topic: T, listener: (message: BusMessages[T]) => void): () => void;
}

export interface LinkCounters {
  /** Messages that could not be sent over Redis. */
  failed: number;
  /** Messages dropped on arrival, by reason. */
  malformed: number;
  late: number;
  version: number;
  /** Subscriptions begun again. */
  resubscribed: number;
  /** Messages sent over the relay, because Redis is away from us or from another replica. */
  relayed: number;
  relayFailed: number;
}

export const newLinkCounters = (): LinkCounters => ({
  failed: 0,
  malformed: 0,
  late: 0,
  version: 0,
  resubscribed: 0,
  relayed: 0,
  relayFailed: 0,
});

/** How well the bus reaches the other replicas. */
export interface BusLink {
  /** `off`: there is one replica and nothing to reach. `down`: our own heartbeat no longer comes back. */
  state(): 'off' | 'ok' | 'down';
  /** From sending our last heartbeat to hearing it, milliseconds; null before the first and while it is down. */
  lagMs(): number | null;
  /** Since the process started. */
  readonly counters: Readonly<LinkCounters>;
  /** Returns what ends it. */
  onChange(listener: (state: 'ok' | 'down') => void): () => void;
}

/** One way between replicas: sends and receives envelopes, whatever carries them. */
export interface BusLine {
  /** Never throws and never waits: what cannot be sent is lost, and counted. */
  send(topic: BusTopic, envelope: Envelope): void;
  /** Hands over what other replicas sent, unchecked. There is one listener. */
  onReceive(listener: (topic: BusTopic, envelope: unknown) => void): void;
}
