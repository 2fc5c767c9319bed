import type { Bus } from '../../domain/bus/bus.ts';
import type { Journal, JournalHead } from '../../domain/journal/journal.ts';
import { journalTopic } from '../../domain/journal/topics.ts';
import type { Cancel } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { RealtimeMetrics } from '../../metrics/realtime.ts';
import type { JournalPosition } from '../../protocol/trades.ts';
import type { Peer } from '../peer.ts';
import { createOpenStreams } from './open-streams.ts';
import { newSubscriber, type Subscriber, type UserStream } from './user-stream.ts';

/**
 * The event lane: every peer of a user receives the user's journal in order, without a hole, without a repeat.
 *
 * One stream per user with peers here; it knows how far the journal goes (`head`) and keeps the newest records.
 * Each subscribed peer has a cursor, the last number written to it, and ONE pump that moves the cursor to the
 * head: record `cursor + 1` comes from the kept records or else from the database, a page at a time, and the next
 * page is fetched when the transport has accepted the last. Backfill, live and the repair of a lost notice are the
 * same loop: there is no cutover to get wrong, and a paused reader delays no other.
 *
 * A notice on the bus only says that the head has moved; the next notice shows that one was lost, and the sweep of
 * heads (`journal-sweep.ts`) finds the last one before a silence.
 */
export interface UserStreams {
  /**
   * Follows the journal of the peer's user from now on. `recovered` says whether everything after `position` can
   * be replayed. Nothing is written before `start`, so that the caller's reply goes first.
   */
  subscribe(peer: Peer, position?: JournalPosition): Promise<Subscription>;
  unsubscribe(peer: Peer): void;
  /** How far this user's journal goes, from the database. */
  headIs(userId: string, head: JournalPosition): void;
  start(): Cancel;
}

export interface Subscription {
  readonly head: JournalHead;
  readonly recovered: boolean;
  start(): void;
}

export interface UserStreamsParts {
  readonly journal: Pick<Journal, 'head' | 'readAfter'>;
  readonly bus: Bus;
  readonly metrics: Pick<RealtimeMetrics, 'journalGapFilled' | 'messageSent'>;
  readonly log: Log;
}

export function createUserStreams({ bus, ...parts }: UserStreamsParts): UserStreams {
  const streams = createOpenStreams(parts);

  /** Registered before the head is read: a notice that arrives meanwhile is not missed. */
  async function register(
    peer: Peer,
  ): Promise<{ stream: UserStream; subscriber: Subscriber; head: JournalHead }> {
    const { user } = peer.principal;
    streams.unsubscribe(peer);
    const stream = streams.of(user.id);
    const subscriber = newSubscriber(peer);
    stream.subscribers.set(peer.id, subscriber);
    try {
      return { stream, subscriber, head: await parts.journal.head(user.id) };
    } catch (error) {
      // Unless the peer has subscribed again meanwhile.
      if (stream.subscribers.get(peer.id) === subscriber) streams.unsubscribe(peer);
      throw error;
    }
  }

  async function subscribe(peer: Peer, position?: JournalPosition): Promise<Subscription> {
    const { stream, subscriber, head } = await register(peer);
    // The connection may have ended while its command was checked; no `unsubscribe` would follow.
    if (!peer.isOpen()) streams.unsubscribe(peer);
    if (stream.epoch !== null && stream.epoch !== head.epoch) {
      // The journal was replaced under this stream: its other peers have to subscribe again, this one begins anew.
      streams.close(stream);
      return subscribe(peer, position);
    }
    streams.advance(stream, head, []);
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
    headIs: streams.headIs,
    start() {
      const stopListening = bus.subscribe(journalTopic, ({ userId, epoch, records }) =>
        streams.noticed(userId, epoch, records),
      );
      return () => {
        stopListening();
        streams.closeAll();
      };
    },
  };
}

/** Whether everything after the position is still kept. */
const reaches = (head: JournalHead, { epoch, seq }: JournalPosition): boolean =>
  epoch === head.epoch && seq >= head.floor && seq <= head.seq;
