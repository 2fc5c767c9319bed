import type { Bus } from '../../src/domain/bus/bus.ts';
import type { Journal, JournalHead, JournalRecord } from '../../src/domain/journal/journal.ts';
import { journalTopic } from '../../src/domain/journal/topics.ts';

/** The journal's port over arrays. */
export interface MemoryJournal extends Journal {
  /** Appends trades to the user's journal; the notice on the bus may be lost. `bytes` makes each as large. */
  append(
    userId: string,
    count: number,
    options?: { readonly notice?: boolean; readonly bytes?: number },
  ): void;
  /** Pages read so far. */
  readonly reads: number;
}

const EPOCH = 'epoch-1';

export function createMemoryJournal(bus: Bus): MemoryJournal {
  const journals = new Map<string, JournalRecord[]>();
  let reads = 0;
  const recordsOf = (userId: string): JournalRecord[] => {
    const records = journals.get(userId) ?? [];
    journals.set(userId, records);
    return records;
  };
  const headOf = (userId: string): JournalHead => ({ epoch: EPOCH, seq: recordsOf(userId).length, floor: 0 });

  return {
    get reads() {
      return reads;
    },
    append(userId, count, { notice = true, bytes = 0 } = {}) {
      const records = recordsOf(userId);
      const fresh = Array.from({ length: count }, (_, index) => trade(records.length + index + 1, bytes));
      records.push(...fresh);
      if (notice) bus.publish(journalTopic, { userId, epoch: EPOCH, records: fresh });
    },
    head: async (userId) => headOf(userId),
    heads: async (userIds) =>
      new Map(userIds.map((userId) => [userId, { ...headOf(userId), holdings: 'unchanged' }])),
    async endEpoch() {
      throw new Error('the memory loses nothing');
    },
    async readAfter(userId, after, limit) {
      reads += 1;
      return recordsOf(userId).slice(after, after + limit);
    },
  };
}

const trade = (seq: number, bytes: number): JournalRecord => ({
  seq,
  event: 'trade:executed',
  payload: {
    id: `trade-${seq}${'x'.repeat(bytes)}`,
    symbol: 'AAPL',
    side: 'buy',
    quantity: 1,
    price: 100,
    status: 'filled',
    timestamp: '2026-03-02T15:00:00.000Z',
    source: 'hook',
  },
});
