import type { JournalEntryPayload } from '../../../src/protocol/events.ts';

/**
 * - `unread`: the journal has not been read yet; the event waits for that.
 * - `in order`, `repeat`: delivered, or dropped.
 * - `gap`: numbers are missing before it; it waits for them.
 * - `renumbered`: it is of another epoch.
 */
export type Place = 'unread' | 'in order' | 'repeat' | 'gap' | 'renumbered';

export interface Sequencer {
  position(): { readonly epoch: string; readonly after: number } | undefined;
  /** Whether events wait for missing numbers. */
  isWaiting(): boolean;
  receive(entry: JournalEntryPayload): Place;
  /** Events of the journal itself: numbers that they skip do not exist. */
  append(entries: readonly JournalEntryPayload[]): void;
  /** Keeps an event until the journal has been read. */
  hold(entry: JournalEntryPayload): void;
  /** The journal up to number `last` of this epoch is known. */
  begin(epoch: string, last: number): void;
  /** Events up to this number happened while the browser was not connected. */
  missUntil(seq: number): void;
  /** Numbers up to this one are in the journal no longer. */
  skipTo(seq: number): void;
  /** Delivers what waited, as far as no number is missing. */
  flush(): void;
  /** The numbering starts anew. */
  forget(): void;
}

/** Delivers numbered events in order, each once. */
export function createSequencer(deliver: (entry: JournalEntryPayload, missed: boolean) => void): Sequencer {
  const held = new Map<number, JournalEntryPayload>();
  let epoch: string | null = null;
  let last = 0;
  let missedUntil = 0;

  const hold = (entry: JournalEntryPayload) => void held.set(entry.payload.seq, entry);

  function apply(entry: JournalEntryPayload) {
    last = entry.payload.seq;
    deliver(entry, last <= missedUntil);
  }

  function flush() {
    for (let next = held.get(last + 1); next; next = held.get(last + 1)) {
      held.delete(last + 1);
      apply(next);
    }
  }

  return {
    position: () => (epoch === null ? undefined : { epoch, after: last }),
    isWaiting: () => held.size > 0,
    hold,
    flush,
    receive(entry) {
      const { payload } = entry;
      if (epoch !== null && payload.epoch !== epoch) return 'renumbered';
      if (epoch !== null && payload.seq <= last) return 'repeat';
      if (epoch === null || payload.seq > last + 1) {
        hold(entry);
        return epoch === null ? 'unread' : 'gap';
      }
      apply(entry);
      flush();
      return 'in order';
    },
    append(entries) {
      for (const entry of entries) if (entry.payload.seq > last) apply(entry);
    },
    begin(newEpoch, known) {
      epoch = newEpoch;
      last = known;
      missedUntil = 0;
      for (const [seq, { payload }] of held) if (seq <= last || payload.epoch !== epoch) held.delete(seq);
    },
    missUntil(seq) {
      missedUntil = seq;
    },
    skipTo(seq) {
      last = Math.max(last, seq);
    },
    forget() {
      epoch = null;
      held.clear();
    },
  };
}
