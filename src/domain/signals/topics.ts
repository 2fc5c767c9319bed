import { z } from 'zod';
import { defineTopic } from '../bus/topic.ts';
import type { AppendedSignals } from './signal-log.ts';

export const signalsTopic = defineTopic<AppendedSignals>({
  name: 'signals',
  // The sweep of heads has found the signals by then.
  maxAgeMs: 10_000,
  // Any event name passes: a newer replica's event is numbered like every other, and its clients know it.
  shape: z.looseObject({
    stream: z.string().min(1),
    epoch: z.string().min(1),
    records: z.array(
      z.looseObject({ seq: z.int().positive(), event: z.string().min(1), payload: z.looseObject({}) }),
    ),
  }),
});
