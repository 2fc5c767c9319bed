import type { SignalAction, SignalStream } from '../../../protocol/signals.ts';
import type { Split } from '../../market/splits.ts';

/** Best bid and ask, dollars. */
export interface RecordedQuote {
  readonly bid: number;
  readonly ask: number;
}

/** When a follower acts on a signal: it was accepted, or it expired. */
export type Moment = 'accepted' | 'expired';

/** A moment whose next quote is to be recorded. */
export interface DueQuote {
  readonly stream: SignalStream;
  readonly seq: number;
  readonly moment: Moment;
  /** That the signal was published for, whatever an edit names. */
  readonly symbol: string;
  /** Milliseconds since epoch. */
  readonly at: number;
}

export interface NextQuote extends Omit<DueQuote, 'symbol'>, RecordedQuote {
  /** When it was received, or made where it was asked for; milliseconds since epoch. */
  readonly quotedAt: number;
}

/** One revision of a signal, with the quotes that were recorded for it; null where there was none. */
export interface QuotedSignal {
  readonly source: string;
  readonly id: string;
  /** False for the revision that was published first. */
  readonly isEdit: boolean;
  readonly stream: SignalStream;
  readonly symbol: string;
  readonly action: SignalAction;
  /** Milliseconds since epoch; null for a signal that does not expire. */
  readonly acceptedAt: number;
  readonly expiresAt: number | null;
  readonly accepted: RecordedQuote | null;
  readonly expired: RecordedQuote | null;
}

export interface SignalQuoteLog {
  /** Moments from `from` to `to` without a recorded quote. */
  due(from: number, to: number): Promise<readonly DueQuote[]>;
  /** The first quote of a moment stays. One of a signal that the database does not have is left out. */
  record(quotes: readonly NextQuote[]): Promise<void>;
  /** Names of all sources that ever sent a signal to one of these streams, in order. */
  sources(streams: readonly SignalStream[]): Promise<readonly string[]>;
  /** Revisions of a source in these streams since `since`, oldest first, the newest `limit` of them. */
  quoted(query: {
    readonly streams: readonly SignalStream[];
    readonly since: number;
    readonly limit: number;
    readonly source: string;
  }): Promise<readonly QuotedSignal[]>;
  /** The splits of these shares that the service has followed, from a day (2026-01-05) on. */
  splits(symbols: readonly string[], from: string): Promise<readonly Split[]>;
}
