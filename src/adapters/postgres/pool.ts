import pg from 'pg';
import type { Log } from '../../lib/log.ts';
import { createReach, type Reach } from '../sql/reach.ts';
import { rowTypes } from '../sql/types.ts';

/** Ten transactions at once keep a small Postgres busy, and ten replicas stay below its usual 100 connections. */
const POOL_SIZE = 10;
/** A longer wait for the server, or for a free connection, is an outage. */
const CONNECT_TIMEOUT_MS = 3_000;
/** No statement of ours needs longer while the database is well. The server ends it. */
const STATEMENT_TIMEOUT_MS = 10_000;
/** A server that went silent is given up after this many times the statement timeout: TCP would take minutes. */
const SILENCE_FACTOR = 1.2;
/**
 * A transaction of a stalled replica must not keep rows locked (the lease row of an engine among them), nor commit
 * an old decision when the replica wakes. Our transactions never wait between two statements.
 */
const IDLE_TRANSACTION_TIMEOUT_MS = 3_000;

/**
 * A plan made while a table was empty is kept on each connection, and would read the whole table once it has
 * grown; every statement of ours has its index. (Before version 18 a plan without an index would start the JIT.)
 */
const SESSION_SETTINGS = 'SET enable_seqscan = off; SET jit = off';

/** A question to the server is given up after this: no caller waits for it any more. */
const REACH_TIMEOUT_MS = 3_000;
/** SQLSTATE of a server that starts, stops or recovers: it answers and serves no client. */
const NOT_NOW = /^57P/;

/** Asks the Postgres at `url` beside its pool, whose connections may all be hung. */
export const createPostgresReach = ({ url, log }: { url: string; log: Log }): Reach =>
  createReach({
    log,
    async ask() {
      const client = new pg.Client({
        connectionString: url,
        connectionTimeoutMillis: REACH_TIMEOUT_MS,
        application_name: 'tradecast reach',
      });
      client.on('error', () => {});
      try {
        await client.connect();
      } catch (error) {
        // A server that reports too many connections, or an unknown user, answers.
        if (!(error instanceof pg.DatabaseError) || NOT_NOW.test(error.code ?? '')) throw error;
      } finally {
        void client.end().catch(() => {});
      }
    },
  });

/** A pool of connections to the Postgres at `url`; connects when first used. */
export function createPostgresPool({
  url,
  log,
  statementTimeoutMs = STATEMENT_TIMEOUT_MS,
}: {
  url: string;
  log: Log;
  statementTimeoutMs?: number;
}): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: POOL_SIZE,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs * SILENCE_FACTOR,
    idle_in_transaction_session_timeout: IDLE_TRANSACTION_TIMEOUT_MS,
    keepAlive: true,
    application_name: 'tradecast',
    types: rowTypes,
    onConnect: (client) => client.query(SESSION_SETTINGS),
  });
  // Without a listener the end of an idle connection (a restart of the server) would end the process.
  pool.on('error', (error) => log.warn({ err: error }, 'a database connection was lost'));
  return pool;
}
