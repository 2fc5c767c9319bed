import pg from 'pg';
import type { Log } from '../../lib/log.ts';
import { createReach, type Reach } from '../sql/reach.ts';
import { rowTypes } from '../sql/types.ts';
import type { PostgresConnection } from './connection.ts';
import { type SessionOptions, STATEMENT_TIMEOUT_MS, sessionStatements } from './session.ts';

/**
 * Orders share their transactions: one places, one settles, and beside them run a renewal of the lease, a look at sessions
 * and a hook. A Postgres that is set up as it comes has 100 connections and keeps 3 of them for its administrators. With
 * one that listens and one that asks, 7 for a replica, 97 are enough for 13 replicas, and for 6 that are all replaced.
 */
export const POOL_SIZE = 5;
/** A longer wait for the server, or for a free connection, is an outage. */
const CONNECT_TIMEOUT_MS = 3_000;
/** A server that went silent is given up after this many times the statement timeout: TCP would take minutes. */
const SILENCE_FACTOR = 1.2;

/** A question to the server is given up after this: no caller waits for it any more. */
const REACH_TIMEOUT_MS = 3_000;
/** SQLSTATE of a server that starts, stops or recovers: it answers and serves no client. */
const NOT_NOW = /^57P/;

/** Asks the Postgres beside its pool, whose connections may all be hung. */
export const createPostgresReach = ({
  connection,
  log,
}: {
  connection: PostgresConnection;
  log: Log;
}): Reach =>
  createReach({
    log,
    async ask() {
      const client = new pg.Client({
        ...connection.config(),
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

/** A pool of connections; connects when first used. `session` is null behind a pooler that keeps none. */
export function createPostgresPool({
  connection,
  session,
  log,
}: {
  connection: PostgresConnection;
  session: SessionOptions | null;
  log: Log;
}): pg.Pool {
  const statementTimeoutMs = session?.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS;
  const pool = new pg.Pool({
    ...connection.config(),
    max: POOL_SIZE,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: statementTimeoutMs * SILENCE_FACTOR,
    keepAlive: true,
    application_name: 'tradecast',
    types: rowTypes,
    ...(session && { onConnect: (client) => client.query(sessionStatements(session, 'SESSION')) }),
  });
  // Without a listener the end of an idle connection (a restart of the server) would end the process.
  pool.on('error', (error) => log.warn({ err: error }, 'a database connection was lost'));
  return pool;
}
