/** The events of signed senders: which ids are used, and how each was answered. */
import type { HookEvent } from '../../../domain/hooks/hook-inbox.ts';
import { TradecastError } from '../../../protocol/errors.ts';
import type { Queryable } from '../../sql/database.ts';

const CLAIM = `INSERT INTO hook_events (event_id, digest, user_id) VALUES ($1, $2, $3)
  ON CONFLICT DO NOTHING RETURNING event_id`;

export interface EventRow<T> {
  digest: string;
  result: T | null;
  /** Whom an order is for; null of everything else. */
  user_id: string | null;
}

/** The row of the first event with this id; null without one. Throws CONFLICT where that was another event. */
export async function find<T>(tx: Queryable, event: HookEvent): Promise<EventRow<T> | null> {
  const [row] = await tx.query<EventRow<T>>(
    'SELECT digest, result, user_id FROM hook_events WHERE event_id = $1',
    [event.id],
  );
  if (row && row.digest !== event.digest) throw usedForAnother();
  return row ?? null;
}

/** The same, where the id is known to be used. */
export async function earlier<T>(tx: Queryable, event: HookEvent): Promise<EventRow<T>> {
  const row = await find<T>(tx, event);
  if (!row) throw usedForAnother();
  return row;
}

const usedForAnother = (): TradecastError =>
  new TradecastError('CONFLICT', 'This eventId was used for another event. Every event needs its own.');

/**
 * Claims the id and answers null, or answers with the row of the event that claimed it first. A second sender of
 * the same id waits here until the first has committed or rolled back.
 */
export async function claim<T>(
  tx: Queryable,
  event: HookEvent,
  userId: string | null = null,
): Promise<EventRow<T> | null> {
  const claimed = await tx.query(CLAIM, [event.id, event.digest, userId]);
  return claimed.length > 0 ? null : earlier<T>(tx, event);
}

const finish = (tx: Queryable, event: HookEvent, result: object): Promise<unknown> =>
  tx.query('UPDATE hook_events SET result = $2 WHERE event_id = $1', [event.id, JSON.stringify(result)]);

/** `work` runs at most once, ever, for each event id; `tx` is a transaction. */
export async function once<T extends object>(
  tx: Queryable,
  event: HookEvent,
  work: () => Promise<T>,
): Promise<{ result: T; duplicate: boolean }> {
  const first = await claim<T>(tx, event);
  if (first?.result) return { result: first.result, duplicate: true };
  const result = await work();
  await finish(tx, event, result);
  return { result, duplicate: false };
}
