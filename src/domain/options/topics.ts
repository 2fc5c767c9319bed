import { z } from 'zod';
import { defineTopic } from '../bus/topic.ts';
import type { ChainRequest } from './chains.ts';

/** What the calls and puts of a whole chain imply, read by one replica for all of them. */
export interface YieldMessage extends ChainRequest {
  /** Continuous, as a decimal a year. */
  readonly dividendYield: number;
  /** When the chain was read, milliseconds since epoch. */
  readonly at: number;
}

export const yieldsTopic = defineTopic<YieldMessage>({
  name: 'options:yields',
  // A replica that has missed one reads the chain itself within a minute.
  maxAgeMs: 60_000,
  shape: z.looseObject({
    underlying: z.string().min(1),
    expiry: z.string().min(1),
    dividendYield: z.number(),
    at: z.number(),
  }),
});
