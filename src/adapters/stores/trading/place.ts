import type { Appended, JournalEvent } from '../../../domain/journal/journal.ts';
import type { Account, Position } from '../../../domain/trading/holdings.ts';
import type { Ledger } from '../../../domain/trading/ledger.ts';
import type { Order } from '../../../domain/trading/order.ts';
import {
  judgeBatch,
  type Placed,
  type Placement,
  type PlaceReading,
  type PlaceRequest,
} from '../../../domain/trading/placement.ts';
import type { OrderTerms } from '../../../domain/trading/same-order.ts';
import { createGroupCommit } from '../../../lib/group-commit.ts';
import type { Database, Queryable } from '../../sql/database.ts';
import { appendCte, type JournalHeadRow, journalInput, toAppended } from '../journal/journal.ts';
import { lockAccounts } from './accounts.ts';
import { KNOWN_PRICE_COLUMNS, type MarkedPositionRow, toMarkedPosition } from './known-prices.ts';
import {
  OPEN,
  ORDER_COLUMNS,
  ORDER_RECORD,
  type OrderRow,
  orderRecord,
  POSITION_COLUMNS,
  toOrder,
  toPrice,
} from './rows.ts';

/** Orders that share a transaction: a commit costs as much as a dozen of them, and still ends in milliseconds. */
const MAX_BATCH = 64;

const POSITIONS = `SELECT ${POSITION_COLUMNS}, ${KNOWN_PRICE_COLUMNS}
  FROM positions LEFT JOIN last_prices USING (symbol) WHERE user_id = ANY ($1::uuid[])`;

// One candidate is enough for `alike`: every column that makes two orders the same is compared, and the domain decides.
// Scalar subqueries look a row up by its key; EXISTS would let the planner read the whole table into a hash.
const FACTS = `SELECT
    (SELECT o.id FROM orders o WHERE o.user_id = q.user_id AND o.client_order_id = q.key) AS known_id,
    open.buy, open.sell,
    (SELECT json_build_object('symbol', o.symbol, 'side', o.side, 'type', o.type, 'quantity', o.quantity,
        'limit_price', o.limit_price::text, 'stop_price', o.stop_price::text)
      FROM orders o WHERE o.user_id = q.user_id AND o.symbol = q.symbol AND o.quantity = q.quantity
        AND o.created_at > q.since AND o.status <> 'denied' AND o.side = q.side AND o.type = q.type
        AND o.limit_price IS NOT DISTINCT FROM q.limit_price AND o.stop_price IS NOT DISTINCT FROM q.stop_price
      LIMIT 1) AS alike,
    EXISTS (SELECT FROM halts WHERE scope = 'everyone') AS everyone_halted,
    (SELECT true FROM halts h WHERE h.scope = q.user_id::text) IS TRUE AS user_halted,
    (SELECT u.banned_at IS NOT NULL FROM users u WHERE u.id = q.user_id) IS TRUE AS banned,
    q.session IS NULL OR (SELECT true FROM session s WHERE s.sid = q.session) IS TRUE AS signed_in
  FROM ROWS FROM (json_to_recordset($1::json) AS (user_id uuid, key text, symbol text, side text, type text,
    quantity bigint, limit_price numeric, stop_price numeric, since timestamptz, session text)) WITH ORDINALITY
    AS q (user_id, key, symbol, side, type, quantity, limit_price, stop_price, since, session, ord)
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(o.quantity - o.filled_quantity) FILTER (WHERE o.side = 'buy'), 0)::bigint AS buy,
      coalesce(sum(o.quantity - o.filled_quantity) FILTER (WHERE o.side = 'sell'), 0)::bigint AS sell
    FROM orders o WHERE o.user_id = q.user_id AND o.symbol = q.symbol AND o.status IN ${OPEN}) AS open
  ORDER BY q.ord`;

type AlikeRow = Pick<OrderRow, 'symbol' | 'side' | 'type' | 'quantity' | 'limit_price' | 'stop_price'>;

interface FactsRow {
  known_id: string | null;
  buy: number;
  sell: number;
  alike: AlikeRow | null;
  everyone_halted: boolean;
  user_halted: boolean;
  banned: boolean;
  signed_in: boolean;
}

const WRITE = `WITH
  made AS (INSERT INTO orders (${ORDER_COLUMNS}) SELECT ${ORDER_COLUMNS} FROM json_to_recordset($1::json) AS c (${ORDER_RECORD})),
  sums AS MATERIALIZED (SELECT user_id, sum(reserved) AS reserved
    FROM json_to_recordset($1::json) AS r (user_id uuid, reserved numeric) WHERE reserved > 0 GROUP BY user_id),
  held AS (UPDATE accounts a SET reserved = a.reserved + sums.reserved FROM sums
    WHERE a.user_id = sums.user_id AND a.user_id = ANY (ARRAY(SELECT user_id FROM sums))),
  ${appendCte('$2')}
  SELECT user_id, epoch, seq FROM head`;

/** Orders that arrive while one transaction runs share the next one; a lone order does not wait. */
export function createPlace(db: Database): Ledger['place'] {
  const commits = createGroupCommit<PlaceRequest, Placed>({
    maxBatch: MAX_BATCH,
    run: (requests) => db.transaction((tx) => placeAll(tx, requests)),
  });
  return (query, judge) => commits.add({ query, judge });
}

/** One answer for each request, in order; an Error is the answer of that request alone. */
async function placeAll(tx: Queryable, requests: readonly PlaceRequest[]): Promise<(Placed | Error)[]> {
  const decisions = judgeBatch(requests, await read(tx, requests));
  const made = decisions.flatMap((decision) => ('made' in decision ? decision.made : []));
  const appended = await write(tx, made);
  return decisions.map((decision): Placed | Error => {
    if (decision instanceof Error) return decision;
    if ('known' in decision) return { order: decision.known, known: true };
    return { order: decision.made.order, known: false, appended: appended.get(decision.made)! };
  });
}

/** Locks the accounts and reads what is committed for each request. */
async function read(tx: Queryable, requests: readonly PlaceRequest[]): Promise<PlaceReading[]> {
  const userIds = [...new Set(requests.map(({ query }) => query.userId))].sort();
  const accounts = await lockAccounts(tx, userIds);
  const positions = Map.groupBy(
    await tx.query<MarkedPositionRow>(POSITIONS, [userIds]),
    ({ user_id }) => user_id,
  );
  const facts = await tx.query<FactsRow>(FACTS, [factsInput(requests)]);
  const known = await findOrders(tx, facts);
  return facts.map((row, index) => {
    const userId = requests[index]!.query.userId;
    return toReading(
      row,
      accounts.get(userId) ?? null,
      (positions.get(userId) ?? []).map(toMarkedPosition),
      known,
    );
  });
}

const factsInput = (requests: readonly PlaceRequest[]): string =>
  JSON.stringify(
    requests.map(({ query }) => ({
      user_id: query.userId,
      key: query.key,
      symbol: query.intent.symbol,
      side: query.intent.side,
      type: query.intent.type,
      quantity: query.intent.quantity,
      limit_price: query.intent.limitPrice,
      stop_price: query.intent.stopPrice,
      since: new Date(query.duplicatesSince),
      session: query.sessionId,
    })),
  );

const toTerms = ({ limit_price, stop_price, ...terms }: AlikeRow): OrderTerms => ({
  ...terms,
  limitPrice: toPrice(limit_price),
  stopPrice: toPrice(stop_price),
});

const toReading = (
  row: FactsRow,
  account: Account | null,
  positions: readonly Position[],
  known: ReadonlyMap<string, Order>,
): PlaceReading => ({
  account,
  positions,
  open: { buy: row.buy, sell: row.sell },
  alike: row.alike && toTerms(row.alike),
  known: known.get(row.known_id ?? '') ?? null,
  halted: row.everyone_halted ? 'everyone' : row.user_halted ? 'user' : null,
  banned: row.banned,
  signedIn: row.signed_in,
});

async function findOrders(tx: Queryable, facts: readonly FactsRow[]): Promise<Map<string, Order>> {
  const ids = facts.flatMap(({ known_id }) => known_id ?? []);
  if (ids.length === 0) return new Map();
  const rows = await tx.query<OrderRow>(`SELECT ${ORDER_COLUMNS} FROM orders WHERE id = ANY ($1::uuid[])`, [
    ids,
  ]);
  return new Map(rows.map((row) => [row.id, toOrder(row)]));
}

/** Writes the orders and their journal in one statement; answers with each placement's own events. */
async function write(tx: Queryable, made: readonly Placement[]): Promise<Map<Placement, Appended>> {
  if (made.length === 0) return new Map();
  const events = new Map<string, JournalEvent[]>();
  for (const { order, events: own } of made)
    events.set(order.userId, [...(events.get(order.userId) ?? []), ...own]);
  const heads = await tx.query<JournalHeadRow>(WRITE, [
    JSON.stringify(made.map(({ order }) => orderRecord(order))),
    journalInput(events),
  ]);
  const byUser = new Map(toAppended(heads, events).map((entry) => [entry.userId, entry]));
  const taken = new Map<string, number>();
  return new Map(
    made.map((placement) => {
      const { userId } = placement.order;
      const { epoch, records } = byUser.get(userId)!;
      const from = taken.get(userId) ?? 0;
      const to = from + placement.events.length;
      taken.set(userId, to);
      return [placement, { userId, epoch, records: records.slice(from, to) }];
    }),
  );
}
