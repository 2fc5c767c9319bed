/** Signals on a plain WebSocket of their own, `/ws/signals`. */
import { z } from 'zod';
import type { PlainError, PlainPong, PlainServerShutdown, PlainSessionRevoked } from './plain.ts';
import { NOTICES, type Words } from './plain-words.ts';
import { type SignalPayload, type SignalStream, signalPositionsSchema } from './signals.ts';
import type { Tier } from './tier.ts';
import type { JournalPosition } from './trades.ts';

export const PLAIN_SIGNALS_PATH = '/ws/signals';

/** What a client may send besides the keep-alive. */
export const PLAIN_SIGNALS_COMMANDS = {
  resume: {
    schema: z.strictObject({
      type: z.literal('resume'),
      positions: signalPositionsSchema,
      timestamp: z.number().optional(),
    }),
    invalid: 'Expected {"type":"resume","positions":{"free":{"epoch":"…","after":0}}}',
    countsAs: 'subscribe:signals',
  },
} as const;

/** How far each stream goes that is open to the tier. */
export interface PlainSignalsConnected {
  type: 'connected';
  tier: Tier;
  streams: { free: { epoch: string; head: number }; premium?: { epoch: string; head: number } };
}

/** A new signal, or another revision of one. */
export interface PlainSignal {
  type: 'signal';
  data: SignalPayload;
  stream: SignalStream;
  seq: number;
}

export interface PlainTierChanged {
  type: 'tier_changed';
  tier: Tier;
}

/** Whether everything after the positions follows, by stream. */
export interface PlainRecovered {
  type: 'recovered';
  streams: { free: boolean; premium?: boolean };
}

/** What the server sends. */
export type PlainSignalsMessage =
  | PlainSignalsConnected
  | PlainSignal
  | PlainTierChanged
  | PlainRecovered
  | PlainError
  | PlainSessionRevoked
  | PlainServerShutdown
  | PlainPong;

const toSignal = (data: SignalPayload & JournalPosition): PlainSignal => ({
  type: 'signal',
  data,
  stream: data.stream,
  seq: data.seq,
});

export const SIGNALS: Words<object> = {
  ...NOTICES,
  'tier:changed': ({ tier }): PlainTierChanged => ({ type: 'tier_changed', tier }),
  'signal:new': toSignal,
  'signal:updated': toSignal,
};
