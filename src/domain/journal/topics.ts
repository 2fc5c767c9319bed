import { z } from 'zod';
import { defineTopic } from '../bus/topic.ts';
import type { Appended } from './journal.ts';

export const journalTopic = defineTopic<Appended>({
  name: 'journal',
  readerOf: ({ userId }) => userId,
  // The sweep of the journal has found the events by then.
  maxAgeMs: 10_000,
  // Any event name passes: a newer replica's event is numbered like every other, and its clients know it.
  shape: z.looseObject({
    userId: z.string().min(1),
    epoch: z.string().min(1),
    records: z.array(
      z.looseObject({ seq: z.int().positive(), event: z.string().min(1), payload: z.looseObject({}) }),
    ),
  }),
});
