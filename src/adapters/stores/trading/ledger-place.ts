import type { Appended, JournalEvent } from '../../../domain/journal/journal.ts';
import type { Ledger, Placed, PlaceFacts, Placement, PlaceQuery } from '../../../domain/trading/ledger.ts';
import type { Order } from '../../../domain/trading/order.ts';
import { createGroupCommit } from '../../../lib/group-commit.ts';
import { TradecastError } from '../../../protocol/errors.ts';
import type { Database, Queryable } from '../../sql/database.ts';
import { appendCte, type JournalHeadRow, journalInput, toAppended } from '../journal/journal.ts';
import {
  ACCOUNT_COLUMNS,
  type AccountRow,
  OPEN,
  ORDER_COLUMNS,
  ORDER_RECORD,
  type OrderRow,
  orderRecord,
  POSITION_COLUMNS,
  type PositionRow,
  toAccount,
  toOrder,
  toPosition,
} from './ledger-rows.ts';

/** Orders that share a transaction: a commit costs as much as a dozen of them, and still is over in milliseconds. */
const MAX_BATCH = 64;

/** In the order of the ids, and in a statement of its own: only what is read under the locks is sure to be current. */
const LOCK_ACCOUNTS = `SELECT ${ACCOUNT_COLUMNS} FROM accounts WHERE user_id = ANY ($1::uuid[])
  ORDER BY user_id FOR NO KEY UPDATE`;

const POSITIONS = `SELECT ${POSITION_COLUMNS} FROM positions WHERE user_id = ANY ($1::uuid[])`;

const openShares = (side: string): string =>
  `(SELECT coalesce(sum(o.quantity - o.filled_quantity), 0)::bigint FROM orders o
    WHERE o.user_id = q.user_id AND o.symbol = q.symbol AND o.side = '${side}' AND o.status IN ${OPEN})`;

const FACTS = `SELECT
    (SELECT o.id FROM orders o WHERE o.user_id = q.user_id AND o.client_order_id = q.key) AS known_id,
    ${openShares('buy')} AS open_buys,
    ${openShares('sell')} AS open_sells,
    EXISTS (SELECT FROM orders o WHERE o.user_id = q.user_id AND o.symbol = q.symbol AND o.created_at > q.since
      AND o.side = q.side AND o.type = q.type AND o.quantity = q.quantity
      AND coalesce(o.limit_price, o.stop_price) IS NOT DISTINCT FROM q.price AND o.status <> 'denied') AS duplicate,
    EXISTS (SELECT FROM halts WHERE scope = 'everyone') AS everyone_halted,
    EXISTS (SELECT FROM halts WHERE scope = q.user_id::text) AS user_halted,
    EXISTS (SELECT FROM users u WHERE u.id = q.user_id AND u.banned_at IS NOT NULL) AS banned,
    q.session IS NULL OR EXISTS (SELECT FROM session s WHERE s.sid = q.session) AS signed_in
  FROM ROWS FROM (json_to_recordset($1::json) AS (user_id uuid, key text, symbol text, side text, type text,
    quantity bigint, price numeric, since timestamptz, session text)) WITH ORDINALITY
    AS q (user_id, key, symbol, side, type, quantity, price, since, session, ord)
  ORDER BY q.ord`;

interface FactsRow {
  known_id: string | null;
  open_buys: number;
  open_sells: number;
  duplicate: boolean;
  everyone_halted: boolean;
  user_halted: boolean;
  banned: boolean;
  signed_in: boolean;
}

const WRITE = `WITH
  made AS (INSERT INTO orders (${ORDER_COLUMNS}) SELECT ${ORDER_COLUMNS} FROM json_to_recordset($1::json) AS c (${ORDER_RECORD})),
  held AS (UPDATE accounts a SET reserved = a.reserved + c.reserved
    FROM (SELECT user_id, sum(reserved) AS reserved FROM json_to_recordset($1::json) AS r (user_id uuid, reserved numeric)
      GROUP BY user_id) c
    WHERE a.user_id = c.user_id AND c.reserved > 0),
  ${appendCte('$2')}
  SELECT user_id, epoch, seq FROM head`;

export const noSuchAccount = (): TradecastError =>
  new TradecastError('NOT_FOUND', 'There is no such account.');

export const sessionEnded = (): TradecastError =>
  new TradecastError('UNAUTHENTICATED', 'Your session has ended: sign in again');

export async function lockAccount(tx: Queryable, userId: string): Promise<AccountRow> {
  const [account] = await tx.query<AccountRow>(LOCK_ACCOUNTS, [[userId]]);
  if (!account) throw noSuchAccount();
  return account;
}

interface Request {
  readonly query: PlaceQuery;
  readonly decide: (facts: PlaceFacts) => Placement;
}

const factsInput = (requests: readonly Request[]): string =>
  JSON.stringify(
    requests.map(({ query }) => ({
      user_id: query.userId,
      key: query.key,
      symbol: query.symbol,
      side: query.side,
      type: query.type,
      quantity: query.quantity,
      price: query.price,
      since: new Date(query.duplicatesSince),
      session: query.sessionId,
    })),
  );

/** Placements that arrive while one transaction runs share the next; alone, an order has one to itself. */
export function createPlace(db: Database): Ledger['place'] {
  const commits = createGroupCommit<Request, Placed>({
    maxBatch: MAX_BATCH,
    run: (requests) => db.transaction((tx) => placeAll(tx, requests)),
  });
  return (query, decide) => commits.add({ query, decide });
}

/** One answer for each request, in order; an Error is the answer of that request alone. */
async function placeAll(tx: Queryable, requests: readonly Request[]): Promise<(Placed | Error)[]> {
  const userIds = [...new Set(requests.map(({ query }) => query.userId))].sort();
  const accounts = new Map(
    (await tx.query<AccountRow>(LOCK_ACCOUNTS, [userIds])).map((row) => [row.user_id, toAccount(row)]),
  );
  const positions = await tx.query<PositionRow>(POSITIONS, [userIds]);
  const facts = await tx.query<FactsRow>(FACTS, [factsInput(requests)]);
  const known = await findOrders(tx, facts);

  const made: Placement[] = [];
  const answers = requests.map(({ query, decide }, index): Error | Order | Placement => {
    const account = accounts.get(query.userId);
    const row = facts[index];
    if (!account || !row) return noSuchAccount();
    // Whoever asked may have waited: for a first quote, for this lock, for the database.
    if (!row.signed_in) return sessionEnded();
    if (row.banned) return new TradecastError('FORBIDDEN', 'This user may not trade.');
    const earlier = made.map(({ order }) => order).filter((order) => order.userId === query.userId);
    const repeated =
      known.get(row.known_id ?? '') ?? earlier.find((order) => order.clientOrderId === query.key);
    if (repeated) return repeated;
    const placement = decide({
      account: {
        ...account,
        reserved: earlier.reduce((sum, order) => sum.plus(order.reserved), account.reserved),
      },
      positions: positions.filter((position) => position.user_id === query.userId).map(toPosition),
      openBuys: row.open_buys + sharesOf(earlier, query.symbol, 'buy'),
      openSells: row.open_sells + sharesOf(earlier, query.symbol, 'sell'),
      duplicate: row.duplicate || earlier.some((order) => isSame(order, query)),
      halted: row.everyone_halted ? 'everyone' : row.user_halted ? 'user' : null,
    });
    made.push(placement);
    return placement;
  });

  const appended = await write(tx, made);
  return answers.map((answer): Placed | Error => {
    if (answer instanceof Error) return answer;
    if (!('order' in answer)) return { order: answer, known: true };
    return { order: answer.order, known: false, appended: appended.get(answer)! };
  });
}

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
  for (const { order, events: told } of made)
    events.set(order.userId, [...(events.get(order.userId) ?? []), ...told]);
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

const sharesOf = (orders: readonly Order[], symbol: string, side: Order['side']): number =>
  orders
    .filter((order) => order.status === 'accepted' && order.symbol === symbol && order.side === side)
    .reduce((sum, order) => sum + order.quantity, 0);

const isSame = (order: Order, query: PlaceQuery): boolean => {
  const price = order.limitPrice ?? order.stopPrice;
  return (
    order.status !== 'denied' &&
    order.symbol === query.symbol &&
    order.side === query.side &&
    order.type === query.type &&
    order.quantity === query.quantity &&
    (price === null ? query.price === null : query.price !== null && price.eq(query.price))
  );
};
