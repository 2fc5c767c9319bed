import { z } from 'zod';
import { command } from './declare.ts';

export const timeCommands = {
  /** Times are milliseconds since epoch: `t0` the client's, `t1` the server's. */
  'time:sync': command<{ t0: number; t1: number }>()({
    schema: z.strictObject({ t0: z.number() }),
    invalid: 'Expected {t0}',
    limit: { points: 60, seconds: 60 },
  }),
};
