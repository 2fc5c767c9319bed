/**
 * What replicas tell each other. The bus carries only what may be lost: whoever misses a message finds the
 * truth in the database.
 */
import type { MarketStatusPayload, SessionRevokedPayload } from '../../protocol/payloads.ts';
import type { JournalRecord } from '../journal/journal.ts';
import type { Quote } from '../market/quote.ts';

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
}
export type BusTopic = keyof BusMessages;

export interface Bus {
  /** Never throws and never waits: what cannot be sent is lost. Local subscribers hear it too. */
  publish<T extends BusTopic>(topic: T, message: BusMessages[T]): void;
  /** Returns what ends the subscription. */
  subscribe<T extends BusTopic>(topic: T, listener: (message: BusMessages[T]) => void): () => void;
}
