import type { Bus } from '../domain/bus/bus.ts';
import type { Journal, JournalHead, JournalRecord } from '../domain/journal/journal.ts';
import { journalTopic } from '../domain/journal/topics.ts';
import type { Log } from '../lib/log.ts';
import type { RealtimeMetrics } from '../metrics/realtime.ts';
import type { JournalPosition } from '../protocol/trades.ts';
import { type EncodedEvent, encodeEvent } from './encode.ts';
import { type RealtimeSocket, writeEvents } from './socket.ts';

/**
 * The event lane: every socket of a user hears the user's journal in order, without a hole, without a repeat.
 *
 * One stream per user with sockets here; it knows how far the journal goes (`head`) and keeps the newest
 * records. Each subscribed socket has a cursor, the last number written to it, and ONE pump that moves the
 * cursor to the head: record `cursor + 1` comes from the kept records or else from the database, a page at a
 * time, and the next page is fetched when the transport has taken the last. Backfill, live and the repair of
 * a lost notice are the same loop, so there is no cutover to get wrong, and a paused reader holds up nobody.
 *
 * A notice on the bus only says that the head has moved; when one is lost, the next shows it, and the sweep
 * of heads (`sweep.ts`) finds the last one before a silence.
 */
export interface UserStreams {
  /**
   * Follows the socket's user from now on. `recovered` says whether everything after `position` can be
   * replayed. Nothing is written before `start`, so that the caller's reply goes first.
   */
  subscribe(socket: RealtimeSocket, position?: JournalPosition): Promise<Subscription>;
  unsubscribe(socket: RealtimeSocket): void;
  /** The database says how far this user's journal goes. */
  headIs(userId: string, head: JournalPosition): void;
  stop(): void;
}

export interface Subscription {
  readonly head: JournalHead;
  readonly recovered: boolean;
  start(): void;
}

interface UserStream {
  readonly userId: string;
  /** Null until the first word of the journal. */
  epoch: string | null;
  head: number;
  /** The newest records, contiguous, ending at `head`. */
  recent: readonly JournalRecord[];
  readonly subscribers: Map<string, Subscriber>;
}

interface Subscriber {
  readonly socket: RealtimeSocket;
  /** Number of the last record written; null before `start`. */
  cursor: number | null;
  pumping: boolean;
  /** Ends the wait for the transport when the socket goes away. */
  release: () => void;
}

/** Enough for a burst between two pumps; older ones are read from the database. */
const RECENT_RECORDS = 256;
/** Records per write: about 100 KB, well inside what one socket may queue. */
const PAGE = 300;

export interface UserStreamsParts {
  readonly journal: Journal;
  readonly bus: Bus;
  readonly metrics: Pick<RealtimeMetrics, 'messageSent' | 'journalGapFilled'>;
  readonly log: Log;
}

export function createUserStreams(parts: UserStreamsParts): UserStreams {
  const { journal, bus, metrics, log } = parts;
  const streams = new Map<string, UserStream>();

  function streamOf(userId: string): UserStream {
    const known = streams.get(userId);
    if (known) return known;
    const stream: UserStream = { userId, epoch: null, head: 0, recent: [], subscribers: new Map() };
    streams.set(userId, stream);
    return stream;
  }

  /** Takes note of how far the journal goes; `records` end there, or are none where only the head is known. */
  function advance(stream: UserStream, position: JournalPosition, records: readonly JournalRecord[]): void {
    if (stream.epoch === null) {
      Object.assign(stream, { epoch: position.epoch, head: position.seq, recent: records });
    } else if (stream.epoch !== position.epoch) {
      // Another journal (a restored database): these cursors mean nothing in it. `journal:head` makes clients ask again.
      close(stream);
      return;
    } else if (position.seq > stream.head) {
      const fresh = records.filter((record) => record.seq > stream.head);
      const contiguous = fresh.length === position.seq - stream.head;
      if (!contiguous) metrics.journalGapFilled();
      stream.recent = contiguous ? [...stream.recent, ...fresh].slice(-RECENT_RECORDS) : [];
      stream.head = position.seq;
    }
    for (const subscriber of stream.subscribers.values()) pump(stream, subscriber);
  }

  function pump(stream: UserStream, subscriber: Subscriber): void {
    if (subscriber.pumping || subscriber.cursor === null) return;
    subscriber.pumping = true;
    deliver(stream, subscriber).catch((error: unknown) => {
      // The cursor has not moved: the next notice or sweep finds the same records again.
      log.warn({ err: error, userId: stream.userId }, 'a user stream could not read the journal');
    });
  }

  async function deliver(stream: UserStream, subscriber: Subscriber): Promise<void> {
    try {
      await moveToHead(stream, subscriber);
    } finally {
      // In the same turn as the last look at the head: a notice that comes later must find the pump at rest.
      subscriber.pumping = false;
    }
  }

  async function moveToHead(stream: UserStream, subscriber: Subscriber): Promise<void> {
    const isActive = (): boolean => stream.subscribers.get(subscriber.socket.id) === subscriber;
    while (isActive() && subscriber.cursor !== null && subscriber.cursor < stream.head) {
      const after = subscriber.cursor;
      const page = keptAfter(stream, after) ?? (await journal.readAfter(stream.userId, after, PAGE));
      if (!isActive()) return;
      if (page[0]?.seq !== after + 1) {
        // Pruned while we were behind: nothing may be skipped silently, so the client has to ask and reload.
        log.warn({ userId: stream.userId, after }, 'the journal no longer reaches back to this socket');
        stream.subscribers.delete(subscriber.socket.id);
        return;
      }
      subscriber.cursor = page.at(-1)!.seq;
      await write(subscriber, page, stream.epoch!);
    }
  }

  function keptAfter({ recent }: UserStream, after: number): readonly JournalRecord[] | null {
    const first = recent[0]?.seq;
    if (first === undefined || first > after + 1) return null;
    return recent.slice(after + 1 - first, after + 1 - first + PAGE);
  }

  /** Resolves when the transport has taken the bytes: what a paused reader costs is one page. */
  function write(subscriber: Subscriber, page: readonly JournalRecord[], epoch: string): Promise<void> {
    const events = page.map((record) => encodeRecord(epoch, record));
    for (const { event } of events) metrics.messageSent(event);
    return new Promise((resolve) => {
      subscriber.release = resolve;
      writeEvents(subscriber.socket, events, undefined, resolve);
    });
  }

  function close(stream: UserStream): void {
    for (const subscriber of stream.subscribers.values()) subscriber.release();
    stream.subscribers.clear();
    streams.delete(stream.userId);
  }

  const stopListening = bus.subscribe(journalTopic, ({ userId, epoch, records }) => {
    const last = records.at(-1);
    const stream = streams.get(userId);
    if (!last || !stream) return;
    const follows = stream.epoch === epoch && records[0]!.seq <= stream.head + 1;
    if (follows && last.seq - records[0]!.seq === records.length - 1)
      advance(stream, { epoch, seq: last.seq }, records);
    else verify(stream);
  });

  /** What the bus says does not continue what we know: how far the journal goes is the database's to tell. */
  function verify(stream: UserStream): void {
    journal.head(stream.userId).then(
      (head) => streams.get(stream.userId) === stream && advance(stream, head, []),
      (error: unknown) => log.warn({ err: error, userId: stream.userId }, 'a journal head could not be read'),
    );
  }

  function unsubscribe(socket: RealtimeSocket): void {
    const stream = streams.get(socket.data.user.id);
    stream?.subscribers.get(socket.id)?.release();
    if (stream?.subscribers.delete(socket.id) && stream.subscribers.size === 0) streams.delete(stream.userId);
  }

  async function subscribe(socket: RealtimeSocket, position?: JournalPosition): Promise<Subscription> {
    const userId = socket.data.user.id;
    unsubscribe(socket);
    // Registered before the head is read: a notice that arrives meanwhile is not missed.
    const stream = streamOf(userId);
    const subscriber: Subscriber = { socket, cursor: null, pumping: false, release: () => {} };
    stream.subscribers.set(socket.id, subscriber);
    let head: JournalHead;
    try {
      head = await journal.head(userId);
    } catch (error) {
      // Unless the socket has asked again meanwhile.
      if (stream.subscribers.get(socket.id) === subscriber) unsubscribe(socket);
      throw error;
    }
    // Gone while its command was looked at: nobody else would end this.
    if (!socket.connected) unsubscribe(socket);
    if (stream.epoch !== null && stream.epoch !== head.epoch) {
      // The journal was replaced under this stream: its other sockets have to ask again, this one begins anew.
      close(stream);
      return subscribe(socket, position);
    }
    advance(stream, head, []);
    const recovered =
      position !== undefined &&
      position.epoch === head.epoch &&
      position.seq >= head.floor &&
      position.seq <= head.seq;
    return {
      head,
      recovered,
      start() {
        subscriber.cursor = recovered ? position.seq : head.seq;
        pump(stream, subscriber);
      },
    };
  }

  return {
    subscribe,
    unsubscribe,
    headIs(userId, head) {
      const stream = streams.get(userId);
      if (stream) advance(stream, head, []);
    },
    stop() {
      stopListening();
      for (const stream of streams.values()) close(stream);
    },
  };
}

const encodeRecord = (epoch: string, record: JournalRecord): EncodedEvent =>
  // The payload belongs to the event of the same record; TypeScript cannot follow that through the union.
  encodeEvent(record.event, { ...record.payload, epoch, seq: record.seq } as never);
