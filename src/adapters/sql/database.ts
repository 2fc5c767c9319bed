import type pg from 'pg';
import { isUnavailable, TradecastError } from '../../protocol/errors.ts';
import type { DiskWatch } from './disk-watch.ts';
import { toDatabaseError, unavailable } from './errors.ts';
import { createPlanAge, FORGET_PLANS } from './plan-age.ts';
import type { Reach } from './reach.ts';
import { statementName } from './statements.ts';

export interface Queryable {
  /**
   * Rows of one statement. NUMERIC arrives as its text, BIGINT as a number, TIMESTAMPTZ as a Date. The SQL
   * text is constant (values go into `params`): each text is prepared once per connection.
   * Throws UNAVAILABLE where the database cannot be reached; whether the statement took effect is then unknown.
   */
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
}

export interface Database extends Queryable {
  readonly kind: 'embedded' | 'postgres';
  /**
   * Runs `work` between BEGIN and COMMIT and resolves after the commit; an error that it throws rolls back. Keep
   * it short and await nothing but `tx` in it: the embedded database has one connection.
   */
  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T>;
  /** Whether a statement failed for lack of space on the disk of the database, and no room was found since. */
  isFull(): boolean;
  /** Waits for running statements, then closes the connections and frees the folder. Twice is once. */
  close(): Promise<void>;
}

export interface DatabaseParts {
  readonly kind: Database['kind'];
  readonly pool: pg.Pool;
  /** Called with the seconds each statement took, the wait for a connection included. */
  readonly onQuery?: (seconds: number) => void;
  /** For a server that may be away; without it every statement waits for its own timeout. */
  readonly reach?: Reach;
  /** Finds out that the disk is full; without it nobody asks. */
  readonly disk?: DiskWatch;
  /** Begins a transaction. */
  readonly begin?: string;
  /**
   * False where the next statement may run on another connection of the server. Then every statement is a transaction,
   * which says by itself what it relies on, and none is prepared.
   */
  readonly keepsSessions?: boolean;
  /** Runs after the pool has ended. */
  readonly release?: () => Promise<void>;
}

/** The one way from SQL to rows, for both databases. */
export function createDatabase(parts: DatabaseParts): Database {
  const { kind, pool, onQuery, reach, disk, release, begin = 'BEGIN', keepsSessions = true } = parts;
  const plans = createPlanAge();
  const wait = <T>(work: Promise<T>): Promise<T> => (reach ? reach.wait(work) : work);

  const run = async <Row>(
    client: pg.PoolClient,
    sql: string,
    params?: readonly unknown[],
    started = performance.now(),
  ): Promise<Row[]> => {
    try {
      const name = keepsSessions && params ? statementName(sql) : undefined;
      if (name) plans.note(client);
      const query = { text: sql, values: params as unknown[] | undefined, name };
      return (await wait(client.query(query))).rows as Row[];
    } catch (error) {
      disk?.note(error);
      throw toDatabaseError(error);
    } finally {
      onQuery?.((performance.now() - started) / 1000);
    }
  };

  const connect = async (): Promise<pg.PoolClient> => {
    const problem = reach?.problem();
    if (problem) throw problem;
    const connecting = pool.connect();
    try {
      return await wait(connecting);
    } catch (error) {
      disk?.note(error);
      // A connection that arrives after all serves the next caller.
      void connecting.then(
        (client) => client.release(),
        () => reach?.doubt(),
      );
      // Also a server that refuses the connection: a password that was changed, too many connections.
      throw error instanceof TradecastError ? error : unavailable(error);
    }
  };

  /** A connection for the time of `work`; a lost or hung one is not used again. */
  const withClient = async <T>(
    work: (client: pg.PoolClient, spoil: (error: Error) => void) => Promise<T>,
  ): Promise<T> => {
    const client = await connect();
    // Between two statements no other listener is there for a lost connection; the next statement reports it.
    const ignore = (): void => {};
    client.on('error', ignore);
    let broken: Error | undefined;
    try {
      if (plans.isOver(client)) await run(client, FORGET_PLANS);
      return await work(client, (error) => {
        broken = error;
      });
    } catch (error) {
      if (isUnavailable(error)) broken = error;
      throw error;
    } finally {
      client.off('error', ignore);
      client.release(broken);
    }
  };

  let closing: Promise<void> | undefined;
  const database: Database = {
    kind,
    query(sql, params) {
      if (!keepsSessions) return database.transaction((tx) => tx.query(sql, params));
      const started = performance.now();
      return withClient((client) => run(client, sql, params, started));
    },
    transaction: (work) =>
      withClient(async (client, spoil) => {
        await run(client, begin);
        try {
          const result = await work({ query: (sql, params) => run(client, sql, params) });
          await run(client, 'COMMIT');
          return result;
        } catch (error) {
          // A connection whose transaction cannot be ended must not be used again.
          if (!isUnavailable(error)) await run(client, 'ROLLBACK').catch(spoil);
          throw error;
        }
      }),
    isFull: () => disk?.isFull() ?? false,
    close() {
      reach?.stop();
      disk?.stop();
      closing ??= pool.end().then(() => release?.());
      return closing;
    },
  };
  return database;
}
