import type { Log } from '../../lib/log.ts';
import type { RealtimeMetrics } from '../../metrics/realtime.ts';
import type { Peer } from '../peer.ts';
import { createPageEncoder, encodeRecord } from './encode-page.ts';
import type { EventLog } from './event-log.ts';
import { type EventStream, keptAfter, type LoggedRecord, type Subscriber } from './event-stream.ts';
import type { LaneWatch } from './lane-watch.ts';

/** Records per write: about 100 KB, well inside what one peer may queue. */
const PAGE = 300;

export interface PumpParts {
  readonly eventLog: Pick<EventLog, 'readAfter'>;
  readonly mayRead: (peer: Peer, streamId: string) => boolean;
  /** The log does not continue where this subscriber stands; its pump stays at work until the answer is done. */
  readonly onHole: (stream: EventStream, subscriber: Subscriber) => Promise<void>;
  readonly metrics: Pick<RealtimeMetrics, 'messageSent'>;
  readonly watch?: LaneWatch;
  readonly log: Log;
}

/** Moves the subscriber's cursor to the head of the stream; a pump that is at work already does so by itself. */
export type Pump = (stream: EventStream, subscriber: Subscriber) => void;

/** Callbacks and no promises: this runs for every peer and page, and thousands of peers receive one record. */
export function createPump({ eventLog, mayRead, onHole, metrics, watch, log }: PumpParts): Pump {
  const encodePage = createPageEncoder(encodeRecord);

  const isActive = (stream: EventStream, subscriber: Subscriber): boolean =>
    stream.subscribers.get(subscriber.peer.id) === subscriber && mayRead(subscriber.peer, stream.id);

  /** Rests in the same turn as the last look at the head: a later notice must find the pump at rest. */
  function step(stream: EventStream, subscriber: Subscriber): void {
    const { cursor } = subscriber;
    if (cursor === null || cursor >= stream.head || !isActive(stream, subscriber)) {
      subscriber.pumping = false;
      return;
    }
    const kept = keptAfter(stream, cursor, PAGE);
    if (kept) {
      write(stream, subscriber, kept);
      return;
    }
    eventLog
      .readAfter(stream.id, cursor, PAGE)
      .then((page) => {
        if (isActive(stream, subscriber)) write(stream, subscriber, page);
        else subscriber.pumping = false;
      })
      .catch((error: unknown) => failed(stream, subscriber, error));
  }

  /** The next page follows when the transport has accepted the bytes, so that a paused reader costs one page. */
  function write(stream: EventStream, subscriber: Subscriber, page: readonly LoggedRecord[]): void {
    const { peer, cursor } = subscriber;
    const last = page.at(-1);
    if (!last || page[0]?.seq !== cursor! + 1) {
      // Nothing may be skipped silently.
      onHole(stream, subscriber).then(
        () => {
          subscriber.pumping = false;
        },
        (error: unknown) => failed(stream, subscriber, error),
      );
      return;
    }
    subscriber.cursor = last.seq;
    const { events, joined } = encodePage(peer.dialect, stream.epoch!, page);
    if (events.length === 0) step(stream, subscriber);
    else {
      countSent(events, metrics);
      peer.write(events, joined, () => {
        watch?.accepted(stream.id, page, subscriber.since!);
        attempt(stream, subscriber);
      });
    }
  }

  /** Pages that were not written leave the cursor where it is: the next notice or sweep finds them again. */
  function failed(stream: EventStream, subscriber: Subscriber, error: unknown): void {
    subscriber.pumping = false;
    log.warn({ err: error, streamId: stream.id }, 'the log of a stream could not be read');
  }

  function attempt(stream: EventStream, subscriber: Subscriber): void {
    try {
      step(stream, subscriber);
    } catch (error) {
      failed(stream, subscriber, error);
    }
  }

  return (stream, subscriber) => {
    if (subscriber.pumping || subscriber.cursor === null) return;
    subscriber.pumping = true;
    attempt(stream, subscriber);
  };
}

/** A metric costs more than an addition, and the events of a page mostly have one name. */
function countSent(
  events: readonly { readonly event: string }[],
  { messageSent }: PumpParts['metrics'],
): void {
  for (let start = 0, end = 1; end <= events.length; end++) {
    const { event } = events[start]!;
    if (events[end]?.event === event) continue;
    messageSent(event, end - start);
    start = end;
  }
}
