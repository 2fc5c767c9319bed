import { isDeepStrictEqual } from 'node:util';
import type { LoggedEventName, LoggedPayloads } from '../../protocol/events.ts';
import type { JournalPosition } from '../../protocol/trades.ts';
import type { Peer } from '../peer.ts';

/** One numbered event of a log; `seq` counts from 1 within the stream's epoch. */
export type LoggedRecord = {
  [E in LoggedEventName]: { readonly event: E; readonly payload: LoggedPayloads[E] };
}[LoggedEventName] & {
  readonly seq: number;
  /** When it came, where the log says so; milliseconds since epoch. */
  readonly receivedAt?: number;
};

/** What this replica knows of one stream, and the peers that follow it. */
export interface EventStream {
  readonly id: string;
  /** Null until its log has been read once. */
  epoch: string | null;
  head: number;
  /** The newest records, contiguous, ending at `head`. */
  recent: readonly LoggedRecord[];
  /** Parts of `recent` by the number before them: peers at the same number get the same array. */
  readonly pages: Map<number, readonly LoggedRecord[]>;
  /** Its peers are told of the head at the end of this turn. */
  due: boolean;
  readonly subscribers: Map<string, Subscriber>;
}

export interface Subscriber {
  readonly peer: Peer;
  /** Number of the last record written; null before the start. */
  cursor: number | null;
  /** The head of the stream when the peer subscribed; null until it is known. */
  since: number | null;
  pumping: boolean;
}

/** Enough for a burst between two pumps; older ones are read from the database. */
const RECENT_RECORDS = 256;
/** Peers stand at a few numbers, because each notice moves all that read at a like pace. More would hold bytes for one peer. */
const REMEMBERED_PAGES = 32;

export const newEventStream = (id: string): EventStream => ({
  id,
  epoch: null,
  head: 0,
  recent: [],
  pages: new Map(),
  due: false,
  subscribers: new Map(),
});

export const newSubscriber = (peer: Peer): Subscriber => ({
  peer,
  cursor: null,
  since: null,
  pumping: false,
});

/**
 * Moves the head to `position`, of the same epoch; `records` end there, or are empty where only the head is known.
 * `onGap` is called when records are missing in between.
 */
export function moveHead(
  stream: EventStream,
  position: JournalPosition,
  records: readonly LoggedRecord[],
  onGap: () => void,
): void {
  if (stream.epoch === null) {
    stream.epoch = position.epoch;
    stream.head = position.seq;
    stream.recent = records;
    return;
  }
  if (position.seq <= stream.head) return;
  const fresh = records.filter((record) => record.seq > stream.head);
  const contiguous = fresh.length === position.seq - stream.head;
  if (!contiguous) onGap();
  stream.recent = contiguous ? [...stream.recent, ...fresh].slice(-RECENT_RECORDS) : [];
  stream.head = position.seq;
  stream.pages.clear();
}

/** Whether one of these records has the number of a kept one and says something else. */
export const contradicts = ({ recent }: EventStream, records: readonly LoggedRecord[]): boolean =>
  records.some(({ seq, event, payload }) => {
    const kept = recent[seq - (recent[0]?.seq ?? 0)];
    return kept !== undefined && !(kept.event === event && isSameJson(kept.payload, payload));
  });

/** As it travels: one of them may have come over the bus, and the other not. */
const isSameJson = (one: object, other: object): boolean =>
  isDeepStrictEqual(JSON.parse(JSON.stringify(one)), JSON.parse(JSON.stringify(other)));

/** Up to `limit` kept records from number `after + 1` on; null where they begin later. */
export function keptAfter(
  { recent, pages }: EventStream,
  after: number,
  limit: number,
): readonly LoggedRecord[] | null {
  const first = recent[0]?.seq;
  if (first === undefined || first > after + 1) return null;
  const known = pages.get(after);
  if (known) return known;
  const page = recent.slice(after + 1 - first, after + 1 - first + limit);
  if (pages.size === REMEMBERED_PAGES) pages.clear();
  pages.set(after, page);
  return page;
}
