import { z } from 'zod';
import { defineTopic } from '../bus/topic.ts';
import {
  createTotalsConflation,
  isTotalsMessage,
  MAX_TOTALS_AGE_MS,
  type TotalsMessage,
} from './totals-message.ts';

/** The day's totals of symbols with new prints, from the engine. */
export const totalsTopic = defineTopic<TotalsMessage>({
  name: 'off-exchange',
  maxAgeMs: MAX_TOTALS_AGE_MS,
  shape: isTotalsMessage,
  conflation: createTotalsConflation,
});

/** A replica that may have missed totals asks for all of them. */
export const totalsAskedTopic = defineTopic<{ readonly replica: string }>({
  name: 'off-exchange:asked',
  // It asks again every second until it has them.
  maxAgeMs: 5_000,
  shape: z.looseObject({ replica: z.string().min(1) }),
});

export const OFF_EXCHANGE_TOPICS = [totalsTopic, totalsAskedTopic];
