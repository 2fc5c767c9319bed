import { z } from 'zod';
import { defineTopic } from '../bus/topic.ts';

/** The engine lease is free: a replica that wants it need not wait for its next look. */
export interface LeaseFreeMessage {
  readonly replica: string;
}
export const leaseFreeTopic = defineTopic<LeaseFreeMessage>({
  name: 'lease:free',
  // The standbys have looked for themselves by then.
  maxAgeMs: 5_000,
  shape: z.looseObject({ replica: z.string().min(1) }),
});
