import type { JournalPosition } from '../../protocol/trades.ts';
import type { Peer } from '../peer.ts';
import type { AppendNotice, EventLog } from './event-log.ts';
import { type EventStream, type LoggedRecord, moveHead, newEventStream } from './event-stream.ts';
import type { LaneWatch } from './lane-watch.ts';
import { createPump, type Pump, type PumpParts } from './pump.ts';

/** The streams with subscribed peers, and how far each of their logs goes. */
export interface OpenStreams {
  /** Opens it where it is not open. */
  of(streamId: string): EventStream;
  /** A new head of the log, and the records that end there where they are known. */
  advance(stream: EventStream, position: JournalPosition, records: readonly LoggedRecord[]): void;
  /** The database says how far the stream goes. */
  headIs(streamId: string, head: JournalPosition): void;
  noticed(notice: AppendNotice): void;
  unsubscribe(peer: Peer, streamId: string): void;
  close(stream: EventStream): void;
  closeAll(): void;
  readonly pump: Pump;
}

export interface OpenStreamsParts extends PumpParts {
  readonly eventLog: EventLog;
  readonly gapFilled: () => void;
  readonly watch?: LaneWatch;
}

export function createOpenStreams(parts: OpenStreamsParts): OpenStreams {
  const { eventLog, gapFilled, watch, log } = parts;
  const streams = new Map<string, EventStream>();
  const pump = createPump(parts);

  function advance(stream: EventStream, position: JournalPosition, records: readonly LoggedRecord[]): void {
    const { epoch, head } = stream;
    if (moveHead(stream, position, records, gapFilled)) {
      pumpAll(stream);
      if (epoch !== null && stream.head > head) tellMoved(stream, head);
    }
    // A restored database has another epoch, in which these cursors mean nothing: the clients subscribe again.
    else close(stream);
  }

  function tellMoved({ id, head, subscribers }: EventStream, after: number): void {
    if (!watch) return;
    let readers = 0;
    for (const { since } of subscribers.values()) if (since !== null) readers += 1;
    watch.moved(id, after, head, readers);
  }

  /** At the end of the turn: the notices of one commit arrive together, and each peer gets them in one write. */
  function pumpAll(stream: EventStream): void {
    if (stream.due) return;
    stream.due = true;
    setImmediate(() => {
      stream.due = false;
      for (const subscriber of stream.subscribers.values()) pump(stream, subscriber);
    });
  }

  function close(stream: EventStream): void {
    stream.subscribers.clear();
    streams.delete(stream.id);
  }

  /** The notice does not continue what is known here: the database says how far the stream goes. */
  function verify(stream: EventStream): void {
    eventLog.head(stream.id).then(
      (head) => streams.get(stream.id) === stream && advance(stream, head, []),
      (error: unknown) =>
        log.warn({ err: error, streamId: stream.id }, 'the head of a stream could not be read'),
    );
  }

  return {
    pump,
    of(streamId) {
      const stream = streams.get(streamId) ?? newEventStream(streamId);
      streams.set(streamId, stream);
      return stream;
    },
    advance,
    headIs(streamId, head) {
      const stream = streams.get(streamId);
      if (stream) advance(stream, head, []);
    },
    noticed({ streamId, epoch, records }) {
      const [first, last] = [records[0], records.at(-1)];
      const stream = streams.get(streamId);
      if (!first || !last || !stream) return;
      const follows = stream.epoch === epoch && first.seq <= stream.head + 1;
      if (follows && last.seq - first.seq === records.length - 1)
        advance(stream, { epoch, seq: last.seq }, records);
      else verify(stream);
    },
    unsubscribe(peer, streamId) {
      const stream = streams.get(streamId);
      if (stream?.subscribers.delete(peer.id) && stream.subscribers.size === 0) streams.delete(streamId);
    },
    close,
    closeAll() {
      for (const stream of streams.values()) close(stream);
    },
  };
}
