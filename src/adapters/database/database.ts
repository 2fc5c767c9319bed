import type pg from 'pg';
import { isUnavailable, toDatabaseError } from './errors.ts';
import { statementName } from './statements.ts';

export interface Queryable {
  /**
   * Rows of one statement. NUMERIC arrives as its text, BIGINT as a number, TIMESTAMPTZ as a Date. The SQL
   * text is constant (values go into `params`): each text is prepared once per connection.
   * Throws UNAVAILABLE where the database cannot be reached, in which case nobody knows whether it happened.
   */
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
}

export interface Database extends Queryable {
  readonly kind: 'embedded' | 'postgres';
  /** For libraries that bring their own SQL (the session store); everything else uses `query`. */
  readonly pool: pg.Pool;
  /**
   * Runs `work` between BEGIN and COMMIT and resolves after the commit; whatever it throws rolls back. Keep it
   * short and wait for nothing but `tx` in it: the embedded database has one connection.
   */
  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T>;
  /** Waits for what is running, then lets go of the connections and of the folder. Calling it twice is calling it once. */
  close(): Promise<void>;
}

export interface DatabaseParts {
  readonly kind: Database['kind'];
  readonly pool: pg.Pool;
  /** Called with the seconds each statement took, the wait for a connection included. */
  readonly onQuery?: (seconds: number) => void;
  /** Runs after the pool has ended. */
  readonly release?: () => Promise<void>;
}

type Sender = Pick<pg.Pool, 'query'>;

/** The one way from SQL to rows, for both databases. */
export function createDatabase({ kind, pool, onQuery, release }: DatabaseParts): Database {
  const run = async <Row>(sender: Sender, sql: string, params?: readonly unknown[]): Promise<Row[]> => {
    const started = performance.now();
    try {
      const name = params && statementName(sql);
      const result = await sender.query({ text: sql, values: params as unknown[] | undefined, name });
      return result.rows as Row[];
    } catch (error) {
      throw toDatabaseError(error);
    } finally {
      onQuery?.((performance.now() - started) / 1000);
    }
  };

  const connect = async (): Promise<pg.PoolClient> => {
    try {
      return await pool.connect();
    } catch (error) {
      throw toDatabaseError(error);
    }
  };

  let closing: Promise<void> | undefined;
  return {
    kind,
    pool,
    query: (sql, params) => run(pool, sql, params),
    async transaction(work) {
      const client = await connect();
      // Between two statements nobody listens for a lost connection; the next statement reports it.
      const ignore = (): void => {};
      client.on('error', ignore);
      let broken: Error | undefined;
      try {
        await run(client, 'BEGIN');
        const result = await work({ query: (sql, params) => run(client, sql, params) });
        await run(client, 'COMMIT');
        return result;
      } catch (error) {
        // A connection that is lost, hung, or whose transaction cannot be ended must not serve anybody else.
        if (isUnavailable(error)) broken = error;
        else
          await client.query('ROLLBACK').catch((failure: Error) => {
            broken = failure;
          });
        throw error;
      } finally {
        client.off('error', ignore);
        client.release(broken);
      }
    },
    close() {
      closing ??= pool.end().then(() => release?.());
      return closing;
    },
  };
}
