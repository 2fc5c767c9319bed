import type { Database } from '../../src/adapters/sql/database.ts';
import type { Evidence } from './checker.ts';

const JOURNAL = `SELECT j.user_id AS "userId", h.epoch, j.seq, j.event,
    coalesce(j.payload ->> 'id', j.payload ->> 'orderId', '') AS id,
    j.payload ->> 'orderId' AS "orderId"
  FROM journal j JOIN journal_heads h ON h.user_id = j.user_id ORDER BY j.user_id, j.seq`;
// An order of a hook is kept under the hook's key with a word before it.
const ORDERS = `SELECT id, regexp_replace(client_order_id, '^hook:', '') AS key, user_id AS "userId", status,
    quantity, filled_quantity AS "filledQuantity" FROM orders`;
const FILLS = 'SELECT execution_id AS "executionId", order_id AS "orderId", quantity FROM fills';

/** What the database says happened. */
export async function readFacts(db: Database): Promise<Pick<Evidence, 'journal' | 'orders' | 'fills'>> {
  const [journal, orders, fills] = await Promise.all([
    db.query<Evidence['journal'][number]>(JOURNAL, []),
    db.query<Evidence['orders'][number]>(ORDERS, []),
    db.query<Evidence['fills'][number]>(FILLS, []),
  ]);
  return { journal, orders, fills };
}

/** Number of the last event of each user. */
export async function readHeads(db: Database): Promise<Map<string, number>> {
  const rows = await db.query<{ user_id: string; seq: number }>('SELECT user_id, seq FROM journal_heads', []);
  return new Map(rows.map(({ user_id, seq }) => [user_id, seq]));
}

/** Orders that have not come to an end. */
export async function countOpenOrders(db: Database): Promise<number> {
  const [row] = await db.query<{ count: number }>(
    "SELECT count(*)::int AS count FROM orders WHERE status IN ('accepted', 'submitting', 'working', 'partially_filled')",
    [],
  );
  return row!.count;
}
