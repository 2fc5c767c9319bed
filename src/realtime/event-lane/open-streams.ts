import type { Journal, JournalRecord } from '../../domain/journal/journal.ts';
import type { Log } from '../../lib/log.ts';
import type { RealtimeMetrics } from '../../metrics/realtime.ts';
import type { JournalPosition } from '../../protocol/trades.ts';
import type { Peer } from '../peer.ts';
import { createPump, type Pump } from './pump.ts';
import { moveHead, newUserStream, type UserStream } from './user-stream.ts';

/** The streams of users with subscribed peers, and how far each of their journals goes. */
export interface OpenStreams {
  /** Opens it where it is not open. */
  of(userId: string): UserStream;
  /** A new head of the journal, and the records that end there where they are known. */
  advance(stream: UserStream, position: JournalPosition, records: readonly JournalRecord[]): void;
  /** The database says how far the user's journal goes. */
  headIs(userId: string, head: JournalPosition): void;
  /** The bus says that records were appended; a notice may be lost, repeated, or of another journal. */
  noticed(userId: string, epoch: string, records: readonly JournalRecord[]): void;
  unsubscribe(peer: Peer): void;
  close(stream: UserStream): void;
  closeAll(): void;
  readonly pump: Pump;
}

export interface OpenStreamsParts {
  readonly journal: Pick<Journal, 'head' | 'readAfter'>;
  readonly metrics: Pick<RealtimeMetrics, 'journalGapFilled' | 'messageSent'>;
  readonly log: Log;
}

export function createOpenStreams({ journal, metrics, log }: OpenStreamsParts): OpenStreams {
  const streams = new Map<string, UserStream>();
  const pump = createPump({ journal, metrics, log });

  function advance(stream: UserStream, position: JournalPosition, records: readonly JournalRecord[]): void {
    if (moveHead(stream, position, records, () => metrics.journalGapFilled()))
      for (const subscriber of stream.subscribers.values()) pump(stream, subscriber);
    // A restored database has another journal, in which these cursors mean nothing. `journal:head` makes the clients
    // subscribe again.
    else close(stream);
  }

  function close(stream: UserStream): void {
    for (const subscriber of stream.subscribers.values()) subscriber.release();
    stream.subscribers.clear();
    streams.delete(stream.userId);
  }

  /** The notice does not continue what is known here: the database says how far the journal goes. */
  function verify(stream: UserStream): void {
    journal.head(stream.userId).then(
      (head) => streams.get(stream.userId) === stream && advance(stream, head, []),
      (error: unknown) => log.warn({ err: error, userId: stream.userId }, 'a journal head could not be read'),
    );
  }

  return {
    pump,
    of(userId) {
      const stream = streams.get(userId) ?? newUserStream(userId);
      streams.set(userId, stream);
      return stream;
    },
    advance,
    headIs(userId, head) {
      const stream = streams.get(userId);
      if (stream) advance(stream, head, []);
    },
    noticed(userId, epoch, records) {
      const [first, last] = [records[0], records.at(-1)];
      const stream = streams.get(userId);
      if (!first || !last || !stream) return;
      const follows = stream.epoch === epoch && first.seq <= stream.head + 1;
      if (follows && last.seq - first.seq === records.length - 1)
        advance(stream, { epoch, seq: last.seq }, records);
      else verify(stream);
    },
    unsubscribe(peer) {
      const stream = streams.get(peer.principal.user.id);
      stream?.subscribers.get(peer.id)?.release();
      if (stream?.subscribers.delete(peer.id) && stream.subscribers.size === 0) streams.delete(stream.userId);
    },
    close,
    closeAll() {
      for (const stream of streams.values()) close(stream);
    },
  };
}
