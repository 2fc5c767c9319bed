import { columnsOf, OPEN, ORDER_COLUMNS } from './rows.ts';

/** Open, and nobody has said yet that it is to end. */
const UNMARKED = `o.status IN ${OPEN} AND o.end_reason IS NULL`;

/**
 * Notes of up to `$2` orders that they are to end at `$1`, and answers with all that are to end, those of before first.
 * One look for each reason, through an index of its own; users come from `halts` to their orders. What is open and goes
 * on is never read.
 */
export const ENDING = `WITH
  asked AS MATERIALIZED (SELECT o.id FROM orders o WHERE o.status IN ${OPEN} AND o.end_reason IS NOT NULL
    ORDER BY o.number LIMIT $2),
  due AS MATERIALIZED (
    (SELECT o.id FROM orders o WHERE o.expires_at IS NOT NULL AND o.expires_at <= $1 AND ${UNMARKED}
      ORDER BY o.expires_at LIMIT $2)
    UNION ALL
    (SELECT theirs.id FROM halts h CROSS JOIN LATERAL (
        SELECT o.id FROM orders o WHERE o.user_id = CASE WHEN h.scope <> 'everyone' THEN h.scope::uuid END
          AND o.number >= 0 AND ${UNMARKED} ORDER BY o.number LIMIT $2) theirs
      LIMIT $2)
    UNION ALL
    (SELECT o.id FROM orders o WHERE EXISTS (SELECT FROM halts WHERE scope = 'everyone')
        AND o.number >= 0 AND ${UNMARKED} ORDER BY o.user_id, o.number LIMIT $2)),
  marked AS (UPDATE orders o SET end_reason = CASE WHEN o.expires_at <= $1 THEN 'EXPIRED' ELSE 'TRADING_HALTED' END
    WHERE o.id = ANY (ARRAY(SELECT id FROM due LIMIT $2 - (SELECT count(*) FROM asked))) AND ${UNMARKED}
    RETURNING ${columnsOf('o')})
  SELECT ${ORDER_COLUMNS} FROM orders WHERE id = ANY (ARRAY(SELECT id FROM asked))
  UNION ALL SELECT ${ORDER_COLUMNS} FROM marked`;
