import type { Ledger, PlaceFacts, PlaceQuery } from '../../domain/trading/ledger.ts';
import { TradecastError } from '../../protocol/errors.ts';
import type { Database, Queryable } from './database.ts';
import { appendCte, type JournalHeadRow, journalInput, toAppended } from './journal.ts';
import {
  ACCOUNT_COLUMNS,
  type AccountRow,
  OPEN,
  ORDER_COLUMNS,
  type OrderRow,
  orderValues,
  type PositionRow,
  toAccount,
  toOrder,
  toPosition,
} from './ledger-rows.ts';

/** A statement of its own: only what is read after the lock was granted is sure to be current. */
const LOCK_ACCOUNT = `SELECT ${ACCOUNT_COLUMNS} FROM accounts WHERE user_id = $1 FOR NO KEY UPDATE`;

const open = (side: string): string =>
  `(SELECT coalesce(sum(quantity - filled_quantity), 0)::bigint FROM orders
    WHERE user_id = $1 AND symbol = $3 AND side = '${side}' AND status IN ${OPEN})`;

// NUMERIC goes through JSON as text, so that no parser makes a float of it.
const LOAD_FACTS = `SELECT
  (SELECT id FROM orders WHERE user_id = $1 AND client_order_id = $2) AS known_id,
  ${open('buy')} AS open_buys,
  ${open('sell')} AS open_sells,
  EXISTS (SELECT FROM orders WHERE user_id = $1 AND symbol = $3 AND created_at > $8 AND side = $4 AND type = $5
    AND quantity = $6 AND coalesce(limit_price, stop_price) IS NOT DISTINCT FROM $7::numeric AND status <> 'denied') AS duplicate,
  ARRAY(SELECT scope FROM halts WHERE scope IN ('everyone', $1::text)) AS halts,
  (SELECT json_agg(p) FROM (SELECT user_id, symbol, quantity, cost::text, realized::text, day, day_start_quantity,
    day_start_realized::text, day_flow::text FROM positions WHERE user_id = $1) p) AS positions`;

interface FactsRow {
  known_id: string | null;
  open_buys: number;
  open_sells: number;
  duplicate: boolean;
  halts: string[];
  positions: PositionRow[] | null;
}

const columns = ORDER_COLUMNS.split(', ');
const WRITE_ORDER = `WITH
  made AS (INSERT INTO orders (${ORDER_COLUMNS}) VALUES (${columns.map((_, index) => `$${index + 1}`).join(', ')})),
  held AS (UPDATE accounts SET reserved = reserved + $14 WHERE user_id = $2 AND $14 > 0::numeric),
  ${appendCte(`$${columns.length + 1}`)}
  SELECT user_id, epoch, seq FROM head`;

export const noSuchAccount = (): TradecastError =>
  new TradecastError('NOT_FOUND', 'There is no such account.');

export async function lockAccount(tx: Queryable, userId: string): Promise<AccountRow> {
  const [account] = await tx.query<AccountRow>(LOCK_ACCOUNT, [userId]);
  if (!account) throw noSuchAccount();
  return account;
}

async function loadFacts(tx: Queryable, query: PlaceQuery): Promise<FactsRow> {
  const { userId, key, symbol, side, type, quantity, price, duplicatesSince } = query;
  const [row] = await tx.query<FactsRow>(LOAD_FACTS, [
    userId,
    key,
    symbol,
    side,
    type,
    quantity,
    price,
    new Date(duplicatesSince),
  ]);
  return row!;
}

export const createPlace =
  (db: Database): Ledger['place'] =>
  (query, decide) =>
    db.transaction(async (tx) => {
      const account = await lockAccount(tx, query.userId);
      const row = await loadFacts(tx, query);
      if (row.known_id) {
        const [known] = await tx.query<OrderRow>(`SELECT ${ORDER_COLUMNS} FROM orders WHERE id = $1`, [
          row.known_id,
        ]);
        return { order: toOrder(known!), known: true };
      }
      const facts: PlaceFacts = {
        account: toAccount(account),
        positions: (row.positions ?? []).map(toPosition),
        openBuys: row.open_buys,
        openSells: row.open_sells,
        duplicate: row.duplicate,
        halted: row.halts.includes('everyone') ? 'everyone' : row.halts.length > 0 ? 'user' : null,
      };
      const { order, events } = decide(facts);
      const told = new Map([[order.userId, events]]);
      const heads = await tx.query<JournalHeadRow>(WRITE_ORDER, [...orderValues(order), journalInput(told)]);
      return { order, known: false, appended: toAppended(heads, told)[0]! };
    });
