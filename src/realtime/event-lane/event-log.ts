import type { JournalPosition } from '../../protocol/trades.ts';
import type { LoggedRecord } from './event-stream.ts';

export interface EventLogHead extends JournalPosition {
  /** Events up to and including this number have been pruned. */
  readonly floor: number;
}

/** Where the records of streams are kept. */
export interface EventLog {
  /** How far the stream goes; 0 without events. */
  head(streamId: string): Promise<EventLogHead>;
  /** Up to `limit` records with `seq > after`, oldest first. */
  readAfter(streamId: string, after: number, limit: number): Promise<readonly LoggedRecord[]>;
  /** Ends this epoch, whose numbers no longer stand for what they did. Nothing where it has ended already. */
  endEpoch(streamId: string, epoch: string): Promise<void>;
}

/** The bus says that records were appended to a stream; a notice may be lost, repeated, or of another epoch. */
export interface AppendNotice {
  readonly streamId: string;
  readonly epoch: string;
  readonly records: readonly LoggedRecord[];
}
