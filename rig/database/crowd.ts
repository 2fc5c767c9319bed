import type { Queryable } from '../../src/adapters/sql/database.ts';

/** How much lies in the tables; all rows are of the users `crowd-<n>`. */
export interface Crowd {
  readonly users: number;
  /** That rest at the broker, good till cancelled, far from the market. */
  readonly open: number;
  /** That are filled, each with its fill. */
  readonly done?: number;
  readonly journal?: number;
  readonly hookEvents?: number;
  /** Sessions that go on. */
  readonly sessions?: number;
  /** Of one source, free ones, each with its quote. */
  readonly signals?: number;
  readonly symbols: readonly string[];
}

const USERS = `WITH made AS (
    INSERT INTO users (id, username, name, tier, password_hash)
    SELECT gen_random_uuid(), 'crowd-' || n, 'Crowd ' || n, 'member', 'none' FROM generate_series(0, $1::int - 1) n RETURNING id),
  heads AS (INSERT INTO journal_heads (user_id, epoch) SELECT id, 'crowd' FROM made)
  INSERT INTO accounts (user_id, deposits, cash) SELECT id, 1000000000, 1000000000 FROM made`;

/** Users in the order of their numbers, so that row n of a table is of user n modulo their number. */
const CROWD = `crowd AS MATERIALIZED (
    SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM users WHERE username LIKE 'crowd-%')`;

/** Rows `$1` to `$2`. */
const ORDERS = `WITH ${CROWD}
  INSERT INTO orders (id, user_id, client_order_id, fingerprint, source, symbol, side, type, time_in_force, quantity,
    limit_price, bound_price, reserved, filled_quantity, filled_value, status, created_at, updated_at)
  SELECT md5($5 || n)::uuid, crowd.id, $5 || '-' || n, 'crowd', 'api', ($4::text[])[1 + n % array_length($4::text[], 1)],
    'buy', 'limit', 'gtc', 1, 1, 1, CASE $5 WHEN 'filled' THEN 0 ELSE 1 END, CASE $5 WHEN 'filled' THEN 1 ELSE 0 END,
    CASE $5 WHEN 'filled' THEN 1 ELSE 0 END, $5::text, now() - interval '1 day', now() - interval '1 day'
  FROM generate_series($1::int, $2::int) n JOIN crowd ON crowd.place = n % $3::int`;

const RESERVES = `UPDATE accounts a SET reserved = o.reserved
  FROM (SELECT user_id, sum(reserved) AS reserved FROM orders WHERE number >= 0 AND status = 'working' GROUP BY user_id) o
  WHERE a.user_id = o.user_id`;

const FILLS = `WITH ${CROWD}
  INSERT INTO fills (execution_id, order_id, user_id, quantity, price, executed_at)
  SELECT 'crowd-' || n, md5('filled' || n)::uuid, crowd.id, 1, 1, now() - interval '1 day'
  FROM generate_series($1::int, $2::int) n JOIN crowd ON crowd.place = n % $3::int`;

const JOURNAL = `WITH ${CROWD}
  INSERT INTO journal (user_id, seq, event, payload, recorded_at)
  SELECT crowd.id, 1 + (n - 1) / $3::int, 'order:update', json_build_object('id', n, 'text', repeat('x', 250)),
    now() - interval '1 day'
  FROM generate_series($1::int, $2::int) n JOIN crowd ON crowd.place = (n - 1) % $3::int`;
const HEADS = `UPDATE journal_heads h SET seq = j.seq
  FROM (SELECT user_id, max(seq) AS seq FROM journal GROUP BY user_id) j WHERE j.user_id = h.user_id`;

const HOOK_EVENTS = `INSERT INTO hook_events (event_id, digest, result)
  SELECT 'crowd-' || n, repeat('0', 64), '{}' FROM generate_series($1::int, $2::int) n`;

const SESSIONS = `WITH ${CROWD}
  INSERT INTO session (sid, sess, expire)
  SELECT 'crowd-' || n, json_build_object('userId', crowd.id, 'createdAt', 1), now() + interval '1 hour'
  FROM generate_series($1::int, $2::int) n JOIN crowd ON crowd.place = n % $3::int`;

const SIGNALS = `WITH made AS (
    INSERT INTO signals (stream, seq, source, id, revision, digest, symbol, action, said_at, received_at, accepted_at,
      expires_at)
    SELECT 'free', n, 'crowd', n::text, 1, repeat('0', 64), ($3::text[])[1 + n % array_length($3::text[], 1)], 'buy', at,
      at, at, at
    FROM generate_series($1::int, $2::int) n, (SELECT now() - interval '2 days' AS at) old)
  INSERT INTO signal_quotes (stream, seq, moment, bid, ask, quoted_at)
  SELECT 'free', n, 'accepted', 1, 1, now() FROM generate_series($1::int, $2::int) n`;
const STREAMS = "UPDATE signal_streams SET seq = $1 WHERE stream = 'free'";

/** Rows written by one statement: each ends well within the time that a statement has. */
const CHUNK = 50_000;

/** Fills the tables as years of use would, by statements that make the rows in the database. */
export async function seedCrowd(db: Queryable, crowd: Crowd): Promise<void> {
  const { users, open, done = 0, journal = 0, hookEvents = 0, sessions = 0, signals = 0, symbols } = crowd;
  const fill = async (count: number, sql: string, ...more: unknown[]): Promise<void> => {
    for (let from = 1; from <= count; from += CHUNK)
      await db.query(sql, [from, Math.min(count, from + CHUNK - 1), ...more]);
  };
  await db.query(USERS, [users]);
  await fill(open, ORDERS, users, symbols, 'working');
  await db.query(RESERVES, []);
  await fill(done, ORDERS, users, symbols, 'filled');
  await fill(done, FILLS, users);
  await fill(journal, JOURNAL, users);
  if (journal > 0) await db.query(HEADS, []);
  await fill(hookEvents, HOOK_EVENTS);
  await fill(sessions, SESSIONS, users);
  await fill(signals, SIGNALS, symbols);
  if (signals > 0) await db.query(STREAMS, [signals]);
}
