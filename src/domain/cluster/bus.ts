/**
 * What replicas tell each other. The bus carries only what may be lost: whoever misses a message finds the
 * truth in the database.
 */
import type { MarketStatusPayload, SessionRevokedPayload } from '../../protocol/payloads.ts';
import type { JournalRecord } from '../journal/journal.ts';
import type { Candle } from '../market/candle-book.ts';
import type { Quote } from '../market/quote.ts';
import type { ReplicaStatus } from './replicas.ts';

export interface BusMessages {
  /** Quotes that changed since the last tick, from the holder of lease number `lease`. */
  quotes: { lease: number; at: number; quotes: readonly Quote[] };
  /** Events just committed to one user's journal, in order. */
  journal: { userId: string; epoch: string; records: readonly JournalRecord[] };
  /** The stored portfolio of a user changed in a way that no quote tells (fill, deposit, external report). */
  portfolio: { userId: string };
  /** A session, or every session of a user, has ended in the database. */
  revoked: { reason: SessionRevokedPayload['reason'] } & ({ sessionHash: string } | { userId: string });
  /** Symbols this replica needs quotes of. */
  demand: { replica: string; symbols: readonly string[] };
  /** The market opened, closed or changed session. */
  market: MarketStatusPayload;
  /** An order was accepted, or a cancel asked for: the executor has work. */
  orders: { userId: string };
  /** Each replica, every second: that it lives, and how it is. */
  heartbeat: ReplicaStatus;
  /** The engine lease is free: whoever wants it need not wait for the next look. */
  'lease:free': { replica: string };
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

/** How well the bus reaches the other replicas. */
export interface BusLink {
  /** `off`: there is one replica and nothing to reach. `down`: our own heartbeat no longer comes back. */
  state(): 'off' | 'ok' | 'down';
  /** From sending our last heartbeat to hearing it, milliseconds; null before the first and while it is down. */
  lagMs(): number | null;
  /** Since the process started: messages not sent, messages dropped by reason, subscriptions begun again. */
  readonly counters: Readonly<{
    failed: number;
    malformed: number;
    late: number;
    version: number;
    resubscribed: number;
  }>;
  onChange(listener: (state: 'ok' | 'down') => void): () => void;
}
