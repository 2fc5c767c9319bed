import pg from 'pg';

/** No statement of ours needs longer while the database is well. The server ends it. */
export const STATEMENT_TIMEOUT_MS = 10_000;
/**
 * A transaction of a stalled replica must not keep rows locked (the lease row of an engine among them), nor commit
 * an old decision when the replica wakes. Our transactions never wait between two statements.
 */
const IDLE_TRANSACTION_TIMEOUT_MS = 3_000;

/** What the statements rely on, whatever the server, the database and the user have as their defaults. */
export interface SessionOptions {
  /** Where the tables are looked for, the first schema first. */
  readonly searchPath: readonly string[];
  /** The server acknowledges a commit before it is on disk. */
  readonly losesCommits: boolean;
  readonly statementTimeoutMs?: number;
}

function settingsOf({ searchPath, losesCommits, statementTimeoutMs }: SessionOptions): [string, string][] {
  return [
    // Values arrive as text: their form must not depend on the place of the server.
    ['DateStyle', "'ISO, MDY'"],
    ['TimeZone', "'UTC'"],
    ['IntervalStyle', "'postgres'"],
    ['extra_float_digits', '1'],
    ['bytea_output', "'hex'"],
    ['standard_conforming_strings', 'on'],
    ['client_encoding', "'UTF8'"],
    // A statement outside a transaction has no other place to say it.
    ['default_transaction_isolation', "'read committed'"],
    ['statement_timeout', String(statementTimeoutMs ?? STATEMENT_TIMEOUT_MS)],
    ['idle_in_transaction_session_timeout', String(IDLE_TRANSACTION_TIMEOUT_MS)],
    // A wait for a lock counts as time of the statement; a resting connection of a pool is no fault.
    ['lock_timeout', '0'],
    ['idle_session_timeout', '0'],
    // A plan made while a table was empty is kept on each connection, and would read the whole table once it has
    // grown; every statement of ours has its index. (Before version 18 a plan without an index would start the JIT.)
    ['enable_seqscan', 'off'],
    // A bitmap loses the order of its index: a page of the newest rows would then read and sort all that there are. It
    // is chosen where statistics are missing or old.
    ['enable_bitmapscan', 'off'],
    ['jit', 'off'],
    ...(losesCommits ? [['synchronous_commit', 'on'] as [string, string]] : []),
    ...(searchPath.length === 0
      ? []
      : [['search_path', searchPath.map(pg.escapeIdentifier).join(', ')] as [string, string]]),
  ];
}

/**
 * As statements and not as start-up parameters, most of which poolers refuse. `LOCAL` lasts for one transaction: behind
 * a pooler in transaction mode the next one may run on another connection of the server.
 */
export const sessionStatements = (options: SessionOptions, scope: 'SESSION' | 'LOCAL'): string =>
  settingsOf(options)
    .map(([name, value]) => `SET ${scope} ${name} = ${value}`)
    .join('; ');

/** Stated, because a server may have another default: our statements wait for each other and are not repeated. */
export const BEGIN = 'BEGIN ISOLATION LEVEL READ COMMITTED';
