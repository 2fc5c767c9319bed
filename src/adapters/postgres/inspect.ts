import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { Log } from '../../lib/log.ts';
import { StartupError } from '../../lib/startup-error.ts';
import type { PostgresConnection } from './connection.ts';
import { POOL_SIZE } from './pool.ts';
import { sentenceOf } from './refusals.ts';

/** A person waits for the start; a server that is there accepts in milliseconds, one behind an ocean in a second. */
const CONNECT_TIMEOUT_MS = 5_000;
const ANSWER_TIMEOUT_MS = 10_000;
/** The first version that the tests run against: docs/operations.md. */
const OLDEST_VERSION = 15;
/** The pool, and besides it one that listens and one that asks. */
const CONNECTIONS = POOL_SIZE + 2;
/** What a server keeps for its administrators as it comes. */
const RESERVED = 3;

/** What the service must know of a server before it uses it. */
export interface PostgresFacts {
  readonly searchPath: readonly string[];
  readonly losesCommits: boolean;
  /** False behind a pooler in transaction mode. */
  readonly keepsSessions: boolean;
}

interface Answer {
  version: number;
  encoding: string;
  recovering: boolean;
  readonly: boolean;
  commit: string;
  path: string[];
  limit: number;
  /** Connections of the server that are not kept for its administrators. */
  slots: number;
  user: string;
  database: string;
}

const FACTS = `SELECT current_setting('server_version_num')::int / 10000 AS version,
  current_setting('server_encoding') AS encoding, pg_is_in_recovery() AS recovering,
  current_setting('transaction_read_only') = 'on' AS readonly,
  current_setting('synchronous_commit') AS commit, current_schemas(false)::text[] AS path,
  coalesce((SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user), -1) AS limit,
  current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int AS slots,
  current_user::text AS user, current_database()::text AS database`;

/** Asks the server for all that the service relies on. Throws StartupError with the sentence of what is missing. */
export async function inspectPostgres(connection: PostgresConnection, log: Log): Promise<PostgresFacts> {
  try {
    return await withClient(connection, async (client) => {
      const { rows } = await client.query<Answer>(FACTS);
      const answer = rows[0]!;
      const problem =
        problemOf(answer, connection.where) ?? (await schemaProblem(client, connection, answer));
      if (problem) throw new StartupError(problem);
      const keepsSessions = !connection.address.isPooled && (await keepsItsSession(client, connection));
      for (const line of noticesOf(connection, answer, keepsSessions)) log.warn({}, line);
      const { schemas } = connection.address;
      return {
        searchPath: schemas.length > 0 ? schemas : answer.path,
        losesCommits: answer.commit === 'off',
        keepsSessions,
      };
    });
  } catch (error) {
    if (error instanceof StartupError) throw error;
    if (connection.learn(error)) return inspectPostgres(connection, log);
    throw new StartupError(sentenceOf(error, connection), { cause: error });
  }
}

function problemOf(answer: Answer, where: string): string | null {
  const { database, user, version, encoding } = answer;
  const named = `The database "${database}" at ${where} (DATABASE_URL)`;
  if (version < OLDEST_VERSION)
    return `${named} is PostgreSQL ${version}; the service needs ${OLDEST_VERSION} or later.`;
  if (encoding !== 'UTF8')
    return `${named} has the encoding ${encoding}, which cannot store every name; create one with CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8'.`;
  if (answer.recovering)
    return `${named} is a read-only replica of another server; give the address of the primary.`;
  if (answer.readonly)
    return `${named} is read-only for the user "${user}": default_transaction_read_only is on. Find out why (a full disk at some providers), then run ALTER ROLE "${user}" SET default_transaction_read_only = off, or the same with ALTER DATABASE.`;
  return null;
}

async function schemaProblem(
  client: pg.Client,
  { address: { schemas } }: PostgresConnection,
  { user, path }: Answer,
): Promise<string | null> {
  if (schemas.length === 0)
    return path.length > 0
      ? null
      : `The search path of the user "${user}" leads to no schema: add ?schema=public to DATABASE_URL, and run GRANT USAGE, CREATE ON SCHEMA public TO "${user}".`;
  for (const schema of schemas) {
    const { rows } = await client.query<{ there: boolean; usable: boolean }>(
      `SELECT to_regnamespace(quote_ident($1)) IS NOT NULL AS there,
        coalesce(has_schema_privilege(to_regnamespace(quote_ident($1))::oid, 'USAGE'), false) AS usable`,
      [schema],
    );
    const name = pg.escapeIdentifier(schema);
    if (!rows[0]!.there)
      return `DATABASE_URL names schema=${schema}, which does not exist: run CREATE SCHEMA ${name} AUTHORIZATION "${user}".`;
    if (!rows[0]!.usable)
      return `The user "${user}" may not use the schema ${schema} of DATABASE_URL: run GRANT USAGE, CREATE ON SCHEMA ${name} TO "${user}".`;
  }
  return null;
}

/**
 * Whether two clients each have a connection of the server for themselves. A pooler in transaction mode hands the one
 * that the first has just used to the second, or gives the first another one while the second holds it.
 */
async function keepsItsSession(client: pg.Client, connection: PostgresConnection): Promise<boolean> {
  const mark = randomUUID();
  const READ = "SELECT current_setting('tradecast.session', true) AS mark";
  await client.query(`SELECT set_config('tradecast.session', '${mark}', false)`);
  return withClient(connection, async (other) => {
    await other.query('BEGIN');
    const theirs = await other.query<{ mark: string }>(READ);
    const ours = await client.query<{ mark: string }>(READ);
    await other.query('ROLLBACK');
    return ours.rows[0]!.mark === mark && theirs.rows[0]!.mark !== mark;
  });
}

function noticesOf({ address, where }: PostgresConnection, answer: Answer, keepsSessions: boolean): string[] {
  const { limit, slots, user, commit } = answer;
  return [
    ...(address.tls === 'encrypted'
      ? [
          `The connection to ${where} is encrypted, and its certificate is not verified; sslmode=verify-full in DATABASE_URL verifies it.`,
        ]
      : []),
    ...(keepsSessions
      ? []
      : [
          `DATABASE_URL leads through a pooler in transaction mode: statements take longer, and replicas cannot notify each other while Redis is away. The address without the pooler has neither limit.`,
        ]),
    ...(limit >= 0 && limit < CONNECTIONS
      ? [
          `The user "${user}" may open ${limit} connections and one replica uses up to ${CONNECTIONS}: run ALTER ROLE "${user}" CONNECTION LIMIT -1.`,
        ]
      : []),
    ...(keepsSessions && slots < 2 * CONNECTIONS
      ? [
          `The server at ${where} has ${slots} connections to give, one replica uses up to ${CONNECTIONS} and a deployment runs two at a time: raise max_connections to ${2 * CONNECTIONS + RESERVED} or more.`,
        ]
      : []),
    ...(commit === 'off'
      ? ['synchronous_commit is off in the database; the service turns it on for its own sessions.']
      : []),
  ];
}

async function withClient<T>(
  connection: PostgresConnection,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({
    ...connection.config(),
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
    application_name: 'tradecast start',
  });
  // What ends it is reported by the statement that waits.
  client.on('error', () => {});
  try {
    await client.connect();
    return await work(client);
  } finally {
    void client.end().catch(() => {});
  }
}
