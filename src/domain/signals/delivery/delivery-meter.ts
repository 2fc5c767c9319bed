import type { Cancel, Clock } from '../../../lib/clock.ts';
import type { Log } from '../../../lib/log.ts';
import type { SignalStream } from '../../../protocol/signals.ts';
import type { SignalRecord } from '../signal.ts';
import type { DeliveryCount, DeliveryLog } from './delivery-log.ts';
import { binOf } from './latency-bins.ts';

const FLUSH_INTERVAL_MS = 1_000;
/** A signal that some reader has not accepted yet is written after this, and again when more have. */
const PATIENCE_MS = 2_000;
/** Who accepts a signal later than this was not told in time. */
const COUNTED_MS = 60_000;

type Numbered = Pick<SignalRecord, 'seq' | 'receivedAt'>;

/** Counts on this replica how far each signal is delivered, and writes it down. */
export interface DeliveryMeter {
  /** The log of a stream goes to `head`. This replica has heard of what follows `after`, where it has not before. */
  reached(stream: SignalStream, head: number, after?: number): void;
  /** So many connections followed the stream before its head moved from `after` to `head`. */
  moved(stream: SignalStream, after: number, head: number, readers: number): void;
  /** The line of a reader, which has followed the stream since number `since`, accepted these records. */
  accepted(stream: SignalStream, records: readonly Numbered[], since: number): void;
  start(): Cancel;
  /** Writes everything; call it when the readers have gone. */
  finish(): Promise<void>;
}

/** Sums over all signals, of this replica. */
export interface DeliveryTally {
  eligible(readers: number): void;
  told(ms: number, readers: number): void;
  /** Not told in time. */
  missed(readers: number): void;
}

export interface DeliveryMeterParts {
  readonly replica: string;
  readonly deliveryLog: Pick<DeliveryLog, 'record'>;
  /** Names of the replicas that may have readers, and whether there is none besides. */
  readonly replicas: () => { readonly known: readonly string[]; readonly isExact: boolean };
  readonly tally: DeliveryTally;
  readonly clock: Clock;
  readonly log: Log;
}

interface Entry extends Pick<DeliveryCount, 'stream' | 'seq' | 'known' | 'isExact'> {
  readonly heardAt: number;
  eligible: number;
  told: number;
  readonly latencies: Map<number, number>;
  isWritten: boolean;
}

export function createDeliveryMeter(parts: DeliveryMeterParts): DeliveryMeter {
  const { replica, deliveryLog, tally, clock, log } = parts;
  const entries = new Map<string, Entry>();
  const heads = new Map<SignalStream, number>();
  const acceptances = createAcceptances(clock);
  let flushing: Promise<void> | null = null;

  function entryOf(stream: SignalStream, seq: number): Entry {
    const known = entries.get(keyOf(stream, seq));
    if (known) return known;
    const entry = {
      ...{ stream, seq, ...parts.replicas(), heardAt: clock.now() },
      ...{ eligible: 0, told: 0, latencies: new Map(), isWritten: false },
    };
    entries.set(keyOf(stream, seq), entry);
    return entry;
  }

  /**
   * Adds up what the lines have accepted since the last time. A reader whose page came from the database may be ahead of
   * the head that is known here: what it accepted counts once the head follows.
   */
  function addUp(): void {
    acceptances.take((stream, { seq, receivedAt }, times) => {
      const entry = entries.get(keyOf(stream, seq));
      if (!entry) return seq <= (heads.get(stream) ?? 0);
      for (const [time, readers] of times) {
        entry.told += readers;
        if (receivedAt === undefined) continue;
        tally.told(time - receivedAt, readers);
        const bin = binOf(time - receivedAt);
        entry.latencies.set(bin, (entry.latencies.get(bin) ?? 0) + readers);
      }
      entry.isWritten = false;
      return true;
    });
  }

  async function write(isDue: (entry: Entry) => boolean): Promise<void> {
    addUp();
    const due = [...entries.values()].filter((entry) => !entry.isWritten && isDue(entry));
    for (const entry of due) entry.isWritten = true;
    try {
      if (due.length > 0) await deliveryLog.record(due.map((entry) => ({ ...entry, replica })));
    } catch (error) {
      for (const entry of due) entry.isWritten = false;
      log.warn({ err: error }, 'the delivery of signals could not be written down; it is tried again');
    }
    forgetCounted(entries, clock.now(), tally);
  }

  function flush(): void {
    flushing ??= write((entry) => isSettled(entry, clock.now())).finally(() => {
      flushing = null;
    });
  }

  return {
    reached(stream, head, after = head) {
      const last = heads.get(stream) ?? after;
      for (let seq = last + 1; seq <= head; seq++) entryOf(stream, seq);
      heads.set(stream, Math.max(last, head));
    },
    moved(stream, after, head, readers) {
      for (let seq = after + 1; seq <= head; seq++) {
        const entry = entryOf(stream, seq);
        entry.eligible += readers;
        tally.eligible(readers);
        entry.isWritten = false;
      }
    },
    accepted: acceptances.add,
    start: () => clock.every(FLUSH_INTERVAL_MS, flush),
    async finish() {
      await flushing;
      await write(() => true);
    },
  };
}

const isSettled = ({ told, eligible, heardAt }: Entry, now: number): boolean =>
  told >= eligible || now - heardAt >= PATIENCE_MS;

/** Who has not been told by now was not told in time. */
function forgetCounted(entries: Map<string, Entry>, now: number, tally: Pick<DeliveryTally, 'missed'>): void {
  for (const [key, { isWritten, heardAt, eligible, told }] of entries) {
    if (!isWritten || now - heardAt < COUNTED_MS) continue;
    tally.missed(Math.max(0, eligible - told));
    entries.delete(key);
  }
}

const keyOf = (stream: SignalStream, seq: number): string => `${stream} ${seq}`;

/** Readers by the millisecond in which their line accepted a record. */
type Times = ReadonlyMap<number, number>;

/**
 * Thousands of readers accept the same page: they are counted by page and millisecond, and each record of it is looked at
 * once in a while.
 */
function createAcceptances({ now }: Pick<Clock, 'now'>) {
  let pages = new Map<readonly Numbered[], { stream: SignalStream; times: Map<number, number> }>();

  return {
    add(stream: SignalStream, records: readonly Numbered[], since: number): void {
      const first = records[0]?.seq;
      if (first === undefined) return;
      // What came before the reader did is a replay. Its rest is a page of its own.
      const page = first > since ? records : records.filter(({ seq }) => seq > since);
      const { times } = pages.get(page) ?? { times: new Map<number, number>() };
      times.set(now(), (times.get(now()) ?? 0) + 1);
      pages.set(page, { stream, times });
    },
    /** What `each` answers with false comes again the next time. */
    take(each: (stream: SignalStream, record: Numbered, times: Times) => boolean): void {
      const taken = pages;
      pages = new Map();
      for (const [records, { stream, times }] of taken) {
        const left = records.filter((record) => !each(stream, record, times));
        if (left.length > 0) pages.set(left, { stream, times });
      }
    },
  };
}
