/** The storage of signals: every revision for good, in two numbered streams without gaps. */
import type { SignalPayload, SignalStream } from '../../protocol/signals.ts';
import type { JournalPosition } from '../../protocol/trades.ts';
import type { SentSignal, SignalRecord } from './signal.ts';

export interface SignalHead extends JournalPosition {
  /** Nothing is ever removed: 0. */
  readonly floor: number;
}

/** Records just committed to one stream, in order. */
export interface AppendedSignals {
  readonly stream: SignalStream;
  readonly epoch: string;
  readonly records: readonly SignalRecord[];
}

/** What became of one signal, in the order in which they were given. */
export type SignalOutcome = { readonly duplicate: boolean } | Error;

export interface SignalQuery {
  readonly streams: readonly SignalStream[];
  readonly limit: number;
  /** Only what was accepted before this one. */
  readonly before?: { readonly stream: SignalStream; readonly seq: number } | undefined;
  readonly symbol?: string | undefined;
  readonly source?: string | undefined;
}

export interface SignalLog {
  /**
   * Commits those that the rules allow, in order, in one transaction. An outcome is the refusal of one signal
   * (`ruleOn`); what it throws concerns all. `now` is milliseconds since epoch.
   */
  append(
    signals: readonly SentSignal[],
    now: number,
  ): Promise<{ readonly outcomes: readonly SignalOutcome[]; readonly appended: readonly AppendedSignals[] }>;
  head(stream: SignalStream): Promise<SignalHead>;
  /** Of both streams, in one query. */
  heads(): Promise<ReadonlyMap<SignalStream, SignalHead>>;
  /** Up to `limit` records with `seq > after`, oldest first. */
  readAfter(stream: SignalStream, after: number, limit: number): Promise<readonly SignalRecord[]>;
  /** Ends this epoch of a stream; its numbers go on in another one. Nothing where it has ended already. */
  endEpoch(stream: SignalStream, epoch: string): Promise<void>;
  /** The newest revision of each signal, newest first. Throws NOT_FOUND where `before` names no signal. */
  list(query: SignalQuery): Promise<readonly SignalPayload[]>;
}
