import { Router } from 'express';
import type { JournalRecord } from '../../domain/journal/journal.ts';
import type { JournalEntryPayload } from '../../protocol/events.ts';
import { type DataOf, ROUTES } from '../../protocol/routes.ts';
import { succeed, userOf } from '../answer.ts';
import { readQuery } from '../body.ts';
import type { HttpParts } from '../parts.ts';

/**
 * Pages of the user's journal, oldest first. Without `after`, or with the `epoch` of a former journal, the page is
 * the newest one.
 */
export function tradesRoutes({ journal }: Pick<HttpParts, 'journal'>): Router {
  const router = Router();
  router.get('/', async (req, res) => {
    const { id } = userOf(res);
    const page = readQuery(req, ROUTES['GET /api/trades'].query);
    const { epoch, seq: head, floor } = await journal.head(id);
    const known = page.epoch === undefined || page.epoch === epoch;
    const after = known && page.after !== undefined ? page.after : Math.max(floor, head - page.limit);
    const records = await journal.readAfter(id, after, page.limit);
    succeed<DataOf<'GET /api/trades'>>(res, {
      epoch,
      head,
      events: records.map((record) => recordToEntry(record, epoch)),
    });
  });
  return router;
}

const recordToEntry = ({ event, payload, seq }: JournalRecord, epoch: string): JournalEntryPayload =>
  // Name and payload stay a pair, which the union cannot express across a spread.
  ({ event, payload: { ...payload, epoch, seq } }) as JournalEntryPayload;
