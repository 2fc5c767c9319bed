import type { Ledger } from '../../../domain/trading/ledger.ts';
import { isFinal } from '../../../domain/trading/order.ts';
import { noSuchAccount, noSuchOrder } from '../../../domain/trading/refusal.ts';
import { settle } from '../../../domain/trading/settlement.ts';
import { sessionEnded, TradecastError } from '../../../protocol/errors.ts';
import type { PortfolioPayload } from '../../../protocol/portfolio.ts';
import type { Database } from '../../sql/database.ts';
import { subjectOf, takeTurn } from '../accounts/turns.ts';
import { holdingsVersion } from '../journal/journal.ts';
import { lockAccount } from './accounts.ts';
import { isUuid, writeSettlement } from './books.ts';
import { createEngineMethods } from './engine.ts';
import { setHalt } from './halts.ts';
import { KNOWN_PRICE_COLUMNS, type MarkedPositionRow, toMarkedPosition } from './known-prices.ts';
import { listOrders } from './list.ts';
import { createPlace } from './place.ts';
import {
  ACCOUNT_COLUMNS,
  type AccountRow,
  OPEN,
  ORDER_COLUMNS,
  type OrderRow,
  toAccount,
  toOrder,
} from './rows.ts';

// One statement, so that cash and positions are of the same moment.
const HOLDINGS = `SELECT ${ACCOUNT_COLUMNS},
  (SELECT json_agg(p ORDER BY p.symbol) FROM (SELECT user_id, symbol, quantity, cost::text, realized::text, day,
    day_start_quantity, day_start_realized::text, day_flow::text, fraction::text, fraction_cost::text, ${KNOWN_PRICE_COLUMNS}
    FROM positions LEFT JOIN last_prices USING (symbol) WHERE user_id = $1) p) AS positions,
  (SELECT portfolio FROM external_portfolios WHERE user_id = $1) AS external,
  ${holdingsVersion('accounts')} AS version
  FROM accounts WHERE user_id = $1`;

// Steps from one symbol to the next through an index: the cost grows with symbols, not with positions and orders.
const TRADED_SYMBOLS = `WITH RECURSIVE positioned AS (
    (SELECT symbol FROM positions ORDER BY symbol LIMIT 1)
    UNION ALL
    SELECT (SELECT p.symbol FROM positions p WHERE p.symbol > positioned.symbol ORDER BY p.symbol LIMIT 1)
    FROM positioned WHERE positioned.symbol IS NOT NULL),
  ordered AS (
    (SELECT symbol FROM orders WHERE status IN ${OPEN} ORDER BY symbol LIMIT 1)
    UNION ALL
    SELECT (SELECT o.symbol FROM orders o WHERE o.symbol > ordered.symbol AND o.status IN ${OPEN}
      ORDER BY o.symbol LIMIT 1)
    FROM ordered WHERE ordered.symbol IS NOT NULL)
  SELECT symbol FROM positioned
    WHERE EXISTS (SELECT FROM positions p WHERE p.symbol = positioned.symbol AND (p.quantity > 0 OR p.fraction > 0))
  UNION SELECT symbol FROM ordered WHERE symbol IS NOT NULL`;

export function createLedger(db: Database): Ledger {
  return {
    ...createEngineMethods(db),
    place: createPlace(db),

    requestCancel: (userId, orderId, at, sessionId) =>
      db.transaction(async (tx) => {
        const account = await lockAccount(tx, userId);
        if (sessionId !== undefined) {
          const [session] = await tx.query('SELECT sid FROM session WHERE sid = $1', [sessionId]);
          if (!session) throw sessionEnded();
        }
        const [row] = isUuid(orderId)
          ? await tx.query<OrderRow>(
              `SELECT ${ORDER_COLUMNS} FROM orders WHERE id = $1 AND user_id = $2 FOR NO KEY UPDATE`,
              [orderId, userId],
            )
          : [];
        if (!row) throw noSuchOrder();
        const order = { ...toOrder(row), endReason: row.end_reason ?? ('CANCELLED_BY_USER' as const) };
        if (isFinal(order.status))
          throw new TradecastError('CONFLICT', `The order is ${order.status} already.`);
        if (order.status !== 'accepted') {
          await tx.query('UPDATE orders SET end_reason = $2 WHERE id = $1', [orderId, order.endReason]);
          return { order, appended: [] };
        }
        const books = {
          orders: new Map([[orderId, order]]),
          accounts: new Map([[userId, account]]),
          positions: new Map(),
          executions: new Set<string>(),
        };
        const settlement = settle(books, [{ type: 'cancelled', orderId, at }]);
        const appended = await writeSettlement(tx, settlement);
        return { order: settlement.orders[0] ?? order, appended };
      }),

    orders: (userId, list) => listOrders(db, userId, list),

    async holdings(userId) {
      const [row] = await db.query<
        AccountRow & {
          positions: MarkedPositionRow[] | null;
          external: PortfolioPayload | null;
          version: string;
        }
      >(HOLDINGS, [userId]);
      if (!row) throw noSuchAccount();
      return {
        account: toAccount(row),
        positions: (row.positions ?? []).map(toMarkedPosition),
        external: row.external,
        version: row.version,
      };
    },

    async tradedSymbols() {
      const rows = await db.query<{ symbol: string }>(TRADED_SYMBOLS, []);
      return rows.map(({ symbol }) => symbol);
    },

    halt: (scope, reason, at) =>
      db.transaction(async (tx) => {
        // Also where an operator signed later: what is wrong has been found now.
        await takeTurn(tx, subjectOf('halt', scope), { signedAt: at, receivedAt: at });
        await setHalt(tx, scope, reason, at);
      }),

    async isHalted() {
      const rows = await db.query("SELECT 1 FROM halts WHERE scope = 'everyone'");
      return rows.length > 0;
    },
  };
}
