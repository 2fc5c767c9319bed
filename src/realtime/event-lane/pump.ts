import type { Log } from '../../lib/log.ts';
import type { RealtimeMetrics } from '../../metrics/realtime.ts';
import type { Dialect, EncodedEvent, Peer } from '../peer.ts';
import type { EventLog } from './event-log.ts';
import { type EventStream, keptAfter, type LoggedRecord, type Subscriber } from './event-stream.ts';

/** Records per write: about 100 KB, well inside what one peer may queue. */
const PAGE = 300;

/** A record as a dialect spells it; null where it has no words for it. */
export type EncodeRecord = (dialect: Dialect, epoch: string, record: LoggedRecord) => EncodedEvent | null;

export interface PumpParts {
  readonly eventLog: Pick<EventLog, 'readAfter'>;
  readonly encode: EncodeRecord;
  readonly mayRead: (peer: Peer, streamId: string) => boolean;
  readonly metrics: Pick<RealtimeMetrics, 'messageSent'>;
  readonly log: Log;
}

/** Moves the subscriber's cursor to the head of the stream; a pump that is at work already does so by itself. */
export type Pump = (stream: EventStream, subscriber: Subscriber) => void;

export function createPump({ eventLog, encode, mayRead, metrics, log }: PumpParts): Pump {
  async function deliver(stream: EventStream, subscriber: Subscriber): Promise<void> {
    try {
      await moveToHead(stream, subscriber);
    } finally {
      // In the same turn as the last look at the head: a later notice must find the pump at rest.
      subscriber.pumping = false;
    }
  }

  async function moveToHead(stream: EventStream, subscriber: Subscriber): Promise<void> {
    const { peer } = subscriber;
    const isActive = (): boolean =>
      stream.subscribers.get(peer.id) === subscriber && mayRead(peer, stream.id);
    while (isActive() && subscriber.cursor !== null && subscriber.cursor < stream.head) {
      const after = subscriber.cursor;
      const page = keptAfter(stream, after, PAGE) ?? (await eventLog.readAfter(stream.id, after, PAGE));
      if (!isActive()) return;
      if (page[0]?.seq !== after + 1) {
        // Pruned meanwhile. Nothing may be skipped silently: the client has to subscribe again and reload.
        log.warn({ streamId: stream.id, after }, 'the log no longer reaches back to this connection');
        stream.subscribers.delete(peer.id);
        return;
      }
      subscriber.cursor = page.at(-1)!.seq;
      await write(subscriber, page, stream.epoch!);
    }
  }

  /** Resolves when the transport has accepted the bytes, so that a paused reader costs one page. */
  function write(subscriber: Subscriber, page: readonly LoggedRecord[], epoch: string): Promise<void> {
    const { peer } = subscriber;
    const events = page
      .map((record) => encode(peer.dialect, epoch, record))
      .filter((event) => event !== null);
    for (const { event } of events) metrics.messageSent(event);
    if (events.length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      subscriber.release = resolve;
      peer.write(events, undefined, resolve);
    });
  }

  return (stream, subscriber) => {
    if (subscriber.pumping || subscriber.cursor === null) return;
    subscriber.pumping = true;
    deliver(stream, subscriber).catch((error: unknown) => {
      // Pages that were not read leave the cursor where it is: the next notice or sweep finds them again.
      log.warn({ err: error, streamId: stream.id }, 'the log of a stream could not be read');
    });
  };
}

/** For streams that few peers read. */
export const encodeRecord: EncodeRecord = (dialect, epoch, { event, payload, seq }) =>
  // The payload belongs to the event of the same record; TypeScript cannot follow that through the union.
  dialect.encode(event, { ...payload, epoch, seq } as never);
