import type { Cancel, Clock } from '../../../lib/clock.ts';
import type { Log } from '../../../lib/log.ts';
import { isUnavailable } from '../../../protocol/errors.ts';
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
  /** The database refused it, so it is written by itself and holds up no other. */
  isRefused: boolean;
}

export function createDeliveryMeter(parts: DeliveryMeterParts): DeliveryMeter {
  const { tally, clock, log } = parts;
  const record = createRecord(parts);
  const entries = new Map<string, Entry>();
  const heads = new Map<SignalStream, number>();
  const acceptances = createAcceptances(clock);
  let flushing: Promise<void> | null = null;

  function entryOf(stream: SignalStream, seq: number): Entry {
    const known = entries.get(keyOf(stream, seq));
    if (known) return known;
    const entry = {
      ...{ stream, seq, ...parts.replicas(), heardAt: clock.now() },
      ...{ eligible: 0, told: 0, latencies: new Map(), isWritten: false, isRefused: false },
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
    await record(due);
    const lost = forgetCounted(entries, clock.now(), tally);
    if (lost > 0) log.error({ signals: lost }, 'the delivery of signals was not written down in time');
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

/** Writes entries down. In an outage all wait; else one of them may be refused for good, and each is tried by itself. */
function createRecord({ replica, deliveryLog, log }: DeliveryMeterParts) {
  async function attempt(some: readonly Entry[]): Promise<unknown> {
    if (some.length === 0) return null;
    for (const entry of some) entry.isWritten = true;
    try {
      await deliveryLog.record(some.map((entry) => ({ ...entry, replica })));
      for (const entry of some) entry.isRefused = false;
      return null;
    } catch (error) {
      for (const entry of some) {
        entry.isWritten = false;
        entry.isRefused = !isUnavailable(error);
      }
      return error;
    }
  }

  return async (due: readonly Entry[]): Promise<void> => {
    const { refused = [], rest = [] } = Object.groupBy(due, ({ isRefused }) =>
      isRefused ? 'refused' : 'rest',
    );
    const failures = [await attempt(rest)];
    const alone = rest.some(({ isRefused }) => isRefused) ? due : refused;
    for (const entry of alone) failures.push(await attempt([entry]));
    const err = failures.find((failure) => failure !== null);
    if (err) log.warn({ err }, 'the delivery of signals could not be written down; it is tried again');
  };
}

const isSettled = ({ told, eligible, heardAt }: Entry, now: number): boolean =>
  told >= eligible || now - heardAt >= PATIENCE_MS;

/**
 * Who has not been told by now was not told in time. Returns how many are forgotten unwritten: the report lacks this
 * replica's part of them, and says so.
 */
function forgetCounted(
  entries: Map<string, Entry>,
  now: number,
  tally: Pick<DeliveryTally, 'missed'>,
): number {
  let unwritten = 0;
  for (const [key, { isWritten, heardAt, eligible, told }] of entries) {
    if (now - heardAt < COUNTED_MS) continue;
    if (!isWritten) unwritten += 1;
    tally.missed(Math.max(0, eligible - told));
    entries.delete(key);
  }
  return unwritten;
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
