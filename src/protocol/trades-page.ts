/** The user's journal by pages. */
import { z } from 'zod';
import { route } from './declare.ts';
import type { TradesPage } from './events.ts';
import { MAX_TRADES_PAGE } from './limits.ts';
import { countSchema } from './schemas.ts';
import { epochSchema, seqSchema } from './trades.ts';

const DEFAULT_PAGE = 100;

/** GET /api/trades: without `after`, or with the `epoch` of a former journal, the newest page. */
const tradesPageSchema = z.strictObject({
  epoch: epochSchema.optional(),
  after: countSchema.pipe(seqSchema).optional(),
  limit: countSchema.pipe(z.int().min(1).max(MAX_TRADES_PAGE)).default(DEFAULT_PAGE),
});

export const tradesRoutes = {
  'GET /api/trades': route<TradesPage>()({
    summary: 'Events of the journal, oldest first',
    access: 'member',
    query: tradesPageSchema,
  }),
};
