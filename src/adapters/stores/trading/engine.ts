import type { JournalEvent } from '../../../domain/journal/journal.ts';
import type { Ledger, Settled } from '../../../domain/trading/ledger.ts';
import { orderUpdated } from '../../../domain/trading/order-events.ts';
import { settle } from '../../../domain/trading/settlement.ts';
import type { Database, Queryable } from '../../sql/database.ts';
import { type FencedOptions, fencedTransaction } from '../engine/fenced.ts';
import { APPEND, type JournalHeadRow, journalInput, toAppended } from '../journal/journal.ts';
import { loadBooks, writeSettlement } from './books.ts';
import { ENDING } from './ending.ts';
import { readOpenOrders } from './open-orders.ts';
import { columnsOf, type OrderRow, toOrder } from './rows.ts';
import { applySplit, fractionSymbols, sellFractions } from './splits.ts';

type EngineMethods = Pick<
  Ledger,
  'claim' | 'settled' | 'openOrders' | 'ending' | 'settle' | 'split' | 'sellFractions' | 'fractionSymbols'
>;

// Materialised and looked up by an array: a plan that was made while the table was empty would otherwise run the search
// again for each row, and take more than its limit.
const CLAIM = `WITH next AS MATERIALIZED (
    SELECT q.id FROM orders q WHERE q.status = 'accepted' AND q.end_reason IS NULL
      AND (q.expires_at IS NULL OR q.expires_at > $2)
      AND NOT EXISTS (SELECT FROM halts WHERE scope = 'everyone')
      AND (SELECT true FROM halts h WHERE h.scope = q.user_id::text) IS NULL
    ORDER BY q.number LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED)
  UPDATE orders o SET status = 'submitting', updated_at = $2
  WHERE o.id = ANY (ARRAY(SELECT id FROM next))
  RETURNING o.number, ${columnsOf('o')}`;

/** The writes of the engine: each checks in its own transaction that the caller still is the engine. */
export function createEngineMethods(db: Database): EngineMethods {
  const fenced = <T>(
    fencing: number,
    work: (tx: Queryable) => Promise<T>,
    options?: FencedOptions,
  ): Promise<T> => fencedTransaction(db, fencing, work, options);

  return {
    claim: (fencing, limit, at) =>
      fenced(fencing, async (tx) => {
        const rows = await tx.query<OrderRow & { number: number }>(CLAIM, [limit, new Date(at)]);
        const orders = rows.sort((a, b) => a.number - b.number).map(toOrder);
        if (orders.length === 0) return { orders, appended: [] };
        const events = new Map<string, JournalEvent[]>();
        for (const order of orders)
          events.set(order.userId, [...(events.get(order.userId) ?? []), orderUpdated(order)]);
        const heads = await tx.query<JournalHeadRow>(APPEND, [journalInput(events)]);
        return { orders, appended: toAppended(heads, events) };
      }),
    settled: (fencing) => fenced(fencing, async () => {}, { alone: true }),
    openOrders: (after) => readOpenOrders(db, after),
    ending: (fencing, at, limit) =>
      fenced(fencing, async (tx) => (await tx.query<OrderRow>(ENDING, [new Date(at), limit])).map(toOrder)),
    settle: (fencing, events): Promise<Settled> =>
      fenced(fencing, async (tx) => {
        const settlement = settle(await loadBooks(tx, events), events);
        const { orders, mismatches } = settlement;
        return { appended: await writeSettlement(tx, settlement), orders, mismatches };
      }),
    split: (fencing, due) => fenced(fencing, (tx) => applySplit(tx, due)),
    sellFractions: (fencing, symbol, price, at) =>
      fenced(fencing, (tx) => sellFractions(tx, { symbol, price, at })),
    fractionSymbols: () => fractionSymbols(db),
  };
}
