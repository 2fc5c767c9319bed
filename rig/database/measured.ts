import type { Database, Queryable } from '../../src/adapters/sql/database.ts';

/** What one statement read, and what it was asked for. */
export interface Reading {
  readonly sql: string;
  /** Blocks that its scans looked at. */
  readonly blocks: number;
  /** Rows that it answered with or wrote, and elements of its parameters. */
  readonly rows: number;
}

export interface Measured {
  /** Plans each of its statements once, for whatever the parameters are, and keeps that plan. */
  readonly db: Database;
  /** The texts of all statements until now. */
  texts(): string[];
  /** Plans these statements now, on the tables as they are. */
  prepare(texts: readonly string[]): Promise<void>;
  /** From now on `readings` grows. */
  measure(): void;
  readonly readings: readonly Reading[];
}

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
  readonly Plans?: readonly PlanNode[];
}

/**
 * A database whose every statement is planned once, as a server does that caches plans, and measured before it runs:
 * once for its reading, rolled back, and once in earnest. `on` is one connection.
 */
export function measuring(on: Queryable & Pick<Database, 'kind'>): Measured {
  const names = new Map<string, string>();
  const readings: Reading[] = [];
  let isMeasuring = false;
  let depth = 0;
  /** One after the other, as on every connection. */
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = turn.then(work);
    turn = done.catch(() => {});
    return done;
  };

  const prepare = async (sql: string): Promise<string> => {
    const known = names.get(sql);
    if (known) return known;
    const name = `measured_${names.size}`;
    await on.query(`PREPARE ${name} AS ${sql}`);
    names.set(sql, name);
    return name;
  };

  const read = async (sql: string, call: string, params: readonly unknown[]): Promise<void> => {
    await on.query(depth > 0 ? 'SAVEPOINT reading' : 'BEGIN');
    try {
      const [row] = await on.query<{ 'QUERY PLAN': readonly { Plan: PlanNode }[] }>(
        `EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) ${call}`,
      );
      readings.push(readingOf(sql, row!['QUERY PLAN'][0]!.Plan, params));
    } finally {
      await on.query(depth > 0 ? 'ROLLBACK TO SAVEPOINT reading' : 'ROLLBACK');
    }
  };

  const query = async <Row>(sql: string, params?: readonly unknown[]): Promise<Row[]> => {
    if (!params) return on.query<Row>(sql);
    const name = await prepare(sql);
    const call = `EXECUTE ${name}${params.length > 0 ? `(${params.map(literal).join(', ')})` : ''}`;
    if (isMeasuring) await read(sql, call, params);
    return on.query<Row>(call);
  };

  const transaction = async <T>(work: (tx: Queryable) => Promise<T>): Promise<T> => {
    await on.query('BEGIN');
    depth += 1;
    try {
      const result = await work({ query });
      await on.query('COMMIT');
      return result;
    } catch (error) {
      await on.query('ROLLBACK');
      throw error;
    } finally {
      depth -= 1;
    }
  };

  return {
    readings,
    texts: () => [...names.keys()],
    measure() {
      isMeasuring = true;
    },
    async prepare(texts) {
      for (const sql of texts) {
        const count = Math.max(0, ...[...sql.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number)));
        const nulls = Array.from({ length: count }, () => 'NULL').join(', ');
        await on.query(`EXPLAIN EXECUTE ${await prepare(sql)}${count > 0 ? `(${nulls})` : ''}`);
      }
    },
    db: {
      kind: on.kind,
      query: (sql, params) => inTurn(() => query(sql, params)),
      transaction: (work) => inTurn(() => transaction(work)),
      isFull: () => false,
      close: async () => {},
    },
  };
}

function readingOf(sql: string, plan: PlanNode, params: readonly unknown[]): Reading {
  const nodes = flat(plan);
  const written = nodes.filter(isWrite).flatMap(({ Plans = [] }) => Plans);
  return {
    sql,
    blocks: total(nodes.filter(isScan), (node) => node['Shared Hit Blocks'] + node['Shared Read Blocks']),
    rows: plan['Actual Rows'] + total(written, (node) => node['Actual Rows']) + total(params, elements),
  };
}

const flat = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(flat)];
const isWrite = (node: PlanNode): boolean => node['Node Type'] === 'ModifyTable';
const isScan = (node: PlanNode): boolean => node['Relation Name'] !== undefined && !isWrite(node);
const total = <T>(list: readonly T[], of: (each: T) => number): number =>
  list.reduce((sum, each) => sum + of(each), 0);

/** Elements of a list, or of the JSON text of one. */
function elements(param: unknown): number {
  if (Array.isArray(param)) return param.length;
  if (typeof param !== 'string' || !param.startsWith('[')) return 0;
  return (JSON.parse(param) as unknown[]).length;
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const arrayElement = (value: unknown): string =>
  value === null ? 'NULL' : `"${textOf(value).replaceAll(/["\\]/g, '\\$&')}"`;

const textOf = (value: unknown): string =>
  value instanceof Date
    ? value.toISOString()
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value);

/** A parameter as pg sends it, as a literal. */
function literal(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  return quoted(Array.isArray(value) ? `{${value.map(arrayElement).join(',')}}` : textOf(value));
}
