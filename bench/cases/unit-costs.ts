import pg from 'pg';
import { connected } from '../../rig/clients/stock-client.ts';
import { type BenchCase, pass, thousands } from '../support/case.ts';
import { measureMessages } from '../support/message-costs.ts';
import { SYMBOLS } from '../support/quotes.ts';
import { type Replica, startReplicas } from '../support/replicas.ts';
import { ask, openClient, startOrders } from '../support/trader.ts';

const USERS = 100;
const OUTSTANDING = 64;
const TRADED = SYMBOLS.slice(0, 20);
const WINDOW_MS = 10_000;
/** Statements below this share of the time of all of them are left out. */
const LEAST_SHARE = 0.002;
/** Enough to tell a statement from the others. */
const TEXT_LENGTH = 90;

interface Statement {
  readonly text: string;
  readonly calls: number;
  /** Milliseconds. */
  readonly total: number;
  readonly rows: number;
}

export const unitCosts: BenchCase = {
  name: 'unit-costs',
  title: 'what each message and each statement costs',
  how: `- *Messages*: one of each kind between replicas, written and sealed, then opened, read and checked, in this process. CPU
time of both ends, the mean of 500.
- *Statements*: two replicas over a Postgres with \`pg_stat_statements\`. ${USERS} users are connected to each and follow their
trades. ${WINDOW_MS / 1_000} s in which nobody orders, then as long with ${OUTSTANDING} orders under way on the first
replica. The time is that of Postgres, by statement and call, as both replicas make them.`,

  async run({ quick }) {
    const messages = measureMessages(quick ? 20 : 500);
    const { idle, busy, orders, seconds } = await measureStatements(quick);
    return {
      rows: [
        {
          what: 'Postgres time of all statements, an order placed and filled',
          measured: `${((sumOf(busy) - sumOf(idle)) / orders).toFixed(2)} ms`,
          yardstick: `${thousands(orders / seconds)} orders/s`,
          target: '–',
          reached: null,
        },
      ],
      notes: [
        ...messages,
        ...listOf('nobody orders', idle, seconds),
        ...listOf(`${thousands(orders / seconds)} orders/s`, busy, seconds),
      ],
    };
  },
};

const sumOf = (statements: readonly Statement[]): number =>
  statements.reduce((sum, { total }) => sum + total, 0);

const listOf = (when: string, statements: readonly Statement[], seconds: number): string[] =>
  statements
    .filter(({ total }) => total >= sumOf(statements) * LEAST_SHARE)
    .map(
      ({ text, calls, total, rows }) =>
        `${when}: ${(calls / seconds).toFixed(1)}/s, ${((total * 1_000) / calls).toFixed(0)} µs a call, ` +
        `${(rows / calls).toFixed(1)} rows: ${text}`,
    );

async function measureStatements(quick: boolean) {
  const set = await startReplicas({
    replicas: 2,
    users: 2 * USERS,
    env: {
      RATE_LIMITS: 'order:place=999999/60',
      DUPLICATE_WINDOW_SECONDS: '0',
      MAX_POSITION_VALUE: '10000000',
    },
    postgres: { shared_preload_libraries: 'pg_stat_statements' },
  });
  const db = new pg.Client({ connectionString: set.databaseUrl });
  const [busy, other] = set.replicas as [Replica, Replica];
  const traders = set.users.slice(0, USERS).map((user) => openClient(busy.port, user));
  const others = set.users.slice(USERS).map((user) => openClient(other.port, user));
  let filled = 0;
  const windowMs = quick ? 1_000 : WINDOW_MS;
  async function window(): Promise<Statement[]> {
    await db.query('SELECT pg_stat_statements_reset()');
    await pass(windowMs);
    const { rows } = await db.query<Statement>(
      `SELECT left(regexp_replace(query, '\\s+', ' ', 'g'), ${TEXT_LENGTH}) AS text, calls::int,
              total_exec_time AS total, rows::int
         FROM pg_stat_statements WHERE query NOT LIKE '%pg_stat_statements%' ORDER BY total_exec_time DESC`,
    );
    return rows;
  }
  try {
    await db.connect();
    await db.query('CREATE EXTENSION pg_stat_statements');
    const clients = [...traders, ...others];
    await Promise.all(clients.map(connected));
    await Promise.all(clients.map((client) => ask(client, 'subscribe:trades')));
    await ask(traders[0]!, 'subscribe:watchlist', TRADED);
    for (const client of traders) client.on('trade:executed', () => (filled += 1));
    await busy.child.call('updates', { perSecond: 2, together: false });
    const idle = await window();
    const stopOrders = startOrders(traders, TRADED, OUTSTANDING);
    await pass(quick ? 500 : 3_000);
    const before = filled;
    const during = await window();
    const orders = filled - before;
    await stopOrders();
    return { idle, busy: during, orders, seconds: windowMs / 1_000 };
  } finally {
    for (const client of [...traders, ...others]) client.disconnect();
    await db.end();
    await set.stop();
  }
}
