import type { Cancel } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { RealtimeMetrics } from '../../metrics/realtime.ts';
import type { JournalPosition } from '../../protocol/trades.ts';
import type { Peer } from '../peer.ts';
import type { AppendNotice, EventLog, EventLogHead } from './event-log.ts';
import { type EventStream, newSubscriber, type Subscriber } from './event-stream.ts';
import type { LaneWatch } from './lane-watch.ts';
import { createOpenStreams } from './open-streams.ts';

/**
 * The event lane: every peer that follows a stream receives its log in order, without a hole, without a repeat.
 *
 * One stream per id with peers here: the journal of a user, or a stream of signals. It knows how far the log goes
 * (`head`) and keeps the newest records. Each subscribed peer has a cursor, the last number written to it, and ONE pump
 * that moves the cursor to the head: record `cursor + 1` comes from the kept records or else from the database, a page at
 * a time, and the next page is fetched when the transport has accepted the last. Backfill, live and the repair of a lost
 * notice are the same loop: there is no cutover to get wrong, and a paused reader delays no other.
 *
 * A notice on the bus only says that the head has moved; the next notice shows that one was lost, and a sweep of heads
 * finds the last one before a silence.
 */
export interface EventStreams {
  /**
   * The peer follows the stream from now on. `recovered` says whether everything after `position` can be replayed.
   * Nothing is written before `start`, so that the caller's reply goes first.
   */
  subscribe(peer: Peer, streamId: string, position?: JournalPosition): Promise<Subscription>;
  unsubscribe(peer: Peer, streamId: string): void;
  /**
   * Answers from now on, also after `unsubscribe`, whether records of the stream that were written to the peer still wait
   * for its transport.
   */
  unread(peer: Peer, streamId: string): () => boolean;
  /** How far this stream goes, from the database. */
  headIs(streamId: string, head: JournalPosition): void;
  start(): Cancel;
}

export interface Subscription {
  readonly head: EventLogHead;
  readonly recovered: boolean;
  start(): void;
}

export interface EventStreamsParts {
  readonly eventLog: EventLog;
  /** Calls the listener with each notice, until the returned function is called. */
  readonly notices: (listener: (notice: AppendNotice) => void) => Cancel;
  /** Asked before each write. A peer that may not read waits: it goes on where it was after a later look at the head. */
  readonly mayRead: (peer: Peer, streamId: string) => boolean;
  /** A hole was filled from the database. */
  readonly gapFilled: () => void;
  /** The peer has to subscribe again: what it received does not lead to what the log says now. */
  readonly ended: (peer: Peer) => void;
  readonly metrics: Pick<RealtimeMetrics, 'messageSent'>;
  readonly watch?: LaneWatch;
  readonly log: Log;
}

export function createEventStreams({ notices, ...parts }: EventStreamsParts): EventStreams {
  const streams = createOpenStreams(parts);

  /** Registered before the head is read: a notice that arrives meanwhile is not missed. */
  async function register(
    peer: Peer,
    streamId: string,
  ): Promise<{ stream: EventStream; subscriber: Subscriber; head: EventLogHead }> {
    streams.unsubscribe(peer, streamId);
    const stream = streams.of(streamId);
    const subscriber = newSubscriber(peer);
    stream.subscribers.set(peer.id, subscriber);
    try {
      return { stream, subscriber, head: await parts.eventLog.head(streamId) };
    } catch (error) {
      // Unless the peer has subscribed again meanwhile.
      if (stream.subscribers.get(peer.id) === subscriber) streams.unsubscribe(peer, streamId);
      throw error;
    }
  }

  async function subscribe(peer: Peer, streamId: string, position?: JournalPosition): Promise<Subscription> {
    const { stream, subscriber, head } = await register(peer, streamId);
    // The connection may have ended while its command was checked; no `unsubscribe` would follow.
    if (!peer.isOpen()) streams.unsubscribe(peer, streamId);
    if (stream.epoch !== null && stream.epoch !== head.epoch) {
      // The log was replaced under this stream: its other peers have to subscribe again, this one begins anew.
      streams.unsubscribe(peer, streamId);
      streams.end(stream);
      return subscribe(peer, streamId, position);
    }
    streams.headIs(stream, head);
    subscriber.since = stream.head;
    const recovered = position !== undefined && reaches(head, position);
    return {
      head,
      recovered,
      start() {
        subscriber.cursor = recovered ? position.seq : head.seq;
        streams.pump(stream, subscriber);
      },
    };
  }

  return {
    subscribe,
    unsubscribe: streams.unsubscribe,
    unread(peer, streamId) {
      const subscriber = streams.find(streamId)?.subscribers.get(peer.id);
      return () => subscriber?.pumping === true;
    },
    headIs(streamId, head) {
      const stream = streams.find(streamId);
      if (stream) streams.headIs(stream, head);
    },
    start() {
      const stopListening = notices(streams.noticed);
      return () => {
        stopListening();
        streams.clear();
      };
    },
  };
}

/** Whether everything after the position is still kept. */
const reaches = (head: EventLogHead, { epoch, seq }: JournalPosition): boolean =>
  epoch === head.epoch && seq >= head.floor && seq <= head.seq;
