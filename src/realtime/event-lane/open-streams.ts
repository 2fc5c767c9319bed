import type { JournalPosition } from '../../protocol/trades.ts';
import type { Peer } from '../peer.ts';
import type { AppendNotice, EventLog, EventLogHead } from './event-log.ts';
import {
  contradicts,
  type EventStream,
  type LoggedRecord,
  moveHead,
  newEventStream,
  type Subscriber,
} from './event-stream.ts';
import type { LaneWatch } from './lane-watch.ts';
import { createPump, type Pump, type PumpParts } from './pump.ts';

/** The streams with subscribed peers, and how far each of their logs goes. */
export interface OpenStreams {
  /** Opens it where it is not open. */
  of(streamId: string): EventStream;
  /** The database says how far the stream goes. The answer may be older than a notice that came meanwhile. */
  headIs(stream: EventStream, head: JournalPosition): void;
  noticed(notice: AppendNotice): void;
  find(streamId: string): EventStream | undefined;
  unsubscribe(peer: Peer, streamId: string): void;
  /** Its cursors mean nothing any more: every peer has to subscribe again. */
  end(stream: EventStream): void;
  /** Lets go of all streams; the peers end otherwise. */
  clear(): void;
  readonly pump: Pump;
}

export interface OpenStreamsParts extends Omit<PumpParts, 'onHole'> {
  readonly eventLog: EventLog;
  readonly gapFilled: () => void;
  /** The peer has to subscribe again: what it received does not lead to what the log says now. */
  readonly ended: (peer: Peer) => void;
  readonly watch?: LaneWatch;
}

export function createOpenStreams(parts: OpenStreamsParts): OpenStreams {
  const { gapFilled, ended, watch } = parts;
  const streams = new Map<string, EventStream>();
  const remove = (stream: EventStream): void => void streams.delete(stream.id);
  const isOpen = (stream: EventStream): boolean => streams.get(stream.id) === stream;
  const { verify, replace, onHole } = createHistoryCheck(parts, { isOpen, advance, end, leave });
  const pump = createPump({ ...parts, onHole });

  /** The records, where they are known, end at the position. */
  function advance(stream: EventStream, position: JournalPosition, records: readonly LoggedRecord[]): void {
    const { epoch, head } = stream;
    moveHead(stream, position, records, gapFilled);
    pumpAll(stream);
    if (epoch !== null && stream.head > head) watchMove(stream, head, watch);
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

  function end(stream: EventStream): void {
    const peers = [...stream.subscribers.values()].map(({ peer }) => peer);
    stream.subscribers.clear();
    remove(stream);
    for (const peer of peers) ended(peer);
  }

  function leave(stream: EventStream, peer: Peer): void {
    if (stream.subscribers.delete(peer.id) && stream.subscribers.size === 0) remove(stream);
  }

  return {
    pump,
    find: (streamId) => streams.get(streamId),
    of(streamId) {
      const stream = streams.get(streamId) ?? newEventStream(streamId);
      streams.set(streamId, stream);
      return stream;
    },
    headIs(stream, head) {
      if (stream.epoch === null || (stream.epoch === head.epoch && stream.head <= head.seq))
        advance(stream, head, []);
      else void verify(stream);
    },
    noticed({ streamId, epoch, records }) {
      const [first, last] = [records[0], records.at(-1)];
      const stream = streams.get(streamId);
      if (!first || !last || !stream) return;
      const follows = stream.epoch === epoch && first.seq <= stream.head + 1;
      if (!follows || last.seq - first.seq !== records.length - 1) void verify(stream);
      else if (contradicts(stream, records)) void replace(stream);
      else advance(stream, { epoch, seq: last.seq }, records);
    },
    unsubscribe(peer, streamId) {
      const stream = streams.get(streamId);
      if (stream) leave(stream, peer);
    },
    end,
    clear() {
      for (const { subscribers } of streams.values()) subscribers.clear();
      streams.clear();
    },
  };
}

function watchMove(
  { id, head, subscribers }: EventStream,
  after: number,
  watch: LaneWatch | undefined,
): void {
  if (!watch) return;
  let readers = 0;
  for (const { since } of subscribers.values()) if (since !== null) readers += 1;
  watch.moved(id, after, head, readers);
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface Ends {
  isOpen(stream: EventStream): boolean;
  advance(stream: EventStream, position: JournalPosition, records: readonly LoggedRecord[]): void;
  end(stream: EventStream): void;
  leave(stream: EventStream, peer: Peer): void;
}

/**
 * Asks the database where what is known here does not continue. A database that lost commits at a failover gives their
 * numbers a second time: the epoch of these numbers ends then, so that no reader takes the new ones for known.
 */
function createHistoryCheck(
  { eventLog, ended, log }: Pick<OpenStreamsParts, 'eventLog' | 'ended' | 'log'>,
  { isOpen, advance, end, leave }: Ends,
) {
  async function attempt(stream: EventStream, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      log.warn({ err: error, streamId: stream.id }, 'the head of a stream could not be read');
    }
  }

  /** The head, and whether it is of another history than what was known here when it was asked for. */
  async function readHead(stream: EventStream): Promise<{ head: EventLogHead; isBehind: boolean }> {
    const known = stream.head;
    const head = await eventLog.head(stream.id);
    return { head, isBehind: head.epoch === stream.epoch && head.seq < known };
  }

  async function replaceEpoch(stream: EventStream): Promise<void> {
    if (stream.epoch === null || !isOpen(stream)) return;
    await eventLog.endEpoch(stream.id, stream.epoch);
    if (!isOpen(stream)) return;
    log.error({ streamId: stream.id }, 'the database lost events of a stream: its readers begin anew');
    end(stream);
  }

  async function look(stream: EventStream, hole: Subscriber | null): Promise<void> {
    let { head, isBehind } = await readHead(stream);
    if (isBehind) {
      // It may share the query of an earlier caller of its turn: only one that was asked later proves a loss.
      await nextTurn();
      ({ head, isBehind } = await readHead(stream));
    }
    if (!isOpen(stream)) return;
    if (stream.epoch !== null && head.epoch !== stream.epoch) end(stream);
    else if (isBehind) await replaceEpoch(stream);
    else if (!hole) advance(stream, head, []);
    else if (stream.subscribers.get(hole.peer.id) !== hole) return;
    else if (head.floor <= hole.cursor!) await replaceEpoch(stream);
    else {
      log.warn(
        { streamId: stream.id, after: hole.cursor },
        'the log no longer reaches back to this connection',
      );
      leave(stream, hole.peer);
      ended(hole.peer);
    }
  }

  return {
    verify: (stream: EventStream) => attempt(stream, () => look(stream, null)),
    replace: (stream: EventStream) => attempt(stream, () => replaceEpoch(stream)),
    /** Rejects where the database cannot be asked. */
    onHole: look,
  };
}
