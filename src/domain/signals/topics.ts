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

/** Connections of one user to one replica, and what the user has paid for. */
export interface SignalReader {
  readonly userId: string;
  readonly tier: string;
  readonly connections: number;
}

/** Who reads signals over a plain socket? */
export const readersAskedTopic = defineTopic<{ readonly id: string }>({
  name: 'readers:asked',
  // The asking replica has answered without it by then.
  maxAgeMs: 1_000,
  shape: z.looseObject({ id: z.string().min(1).max(64) }),
});

/** The answer of one replica, in as many parts as it takes. */
export const readersTopic = defineTopic<{
  readonly id: string;
  readonly replica: string;
  readonly part: number;
  readonly parts: number;
  readonly readers: readonly SignalReader[];
}>({
  name: 'readers',
  maxAgeMs: 1_000,
  shape: z.looseObject({
    id: z.string().min(1).max(64),
    replica: z.string().min(1),
    part: z.int().nonnegative(),
    parts: z.int().positive(),
    readers: z.array(
      z.looseObject({ userId: z.string().min(1), tier: z.string().min(1), connections: z.int().positive() }),
    ),
  }),
});
