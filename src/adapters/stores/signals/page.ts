import type { SignalQuery } from '../../../domain/signals/signal-log.ts';
import { TradecastError } from '../../../protocol/errors.ts';
import type { SignalStream } from '../../../protocol/signals.ts';
import type { Queryable } from '../../sql/database.ts';
import { NEWEST_FIRST, newestOf } from './newest.ts';

/** A place in the order of all streams: time, stream, number. The time is text, because a Date has no microseconds. */
type Place = readonly [acceptedAt: string, stream: SignalStream | '', seq: number];

/** Every signal is before it. */
const END: Place = ['infinity', '', 0];

/** Whether a row is before the place $3, $4, $5: a bound of the index of its stream. */
const IS_BEFORE = `(s.accepted_at, s.seq) < ($3::timestamptz, CASE WHEN open.stream = $4::text THEN $5::bigint
  WHEN open.stream < $4 THEN 9223372036854775807 ELSE 0 END)`;

/** A stream that is not open has no signal, as far as its reader can tell: it is not looked at. */
async function placeOf(db: Queryable, { streams, before }: SignalQuery): Promise<Place> {
  if (before === undefined) return END;
  const { stream, seq } = before;
  const [row] = streams.includes(stream)
    ? await db.query<{ accepted_at: string }>(
        'SELECT accepted_at::text AS accepted_at FROM signals WHERE stream = $1 AND seq = $2',
        [stream, seq],
      )
    : [];
  if (!row) throw new TradecastError('NOT_FOUND', 'before: there is no such signal.');
  return [row.accepted_at, stream, seq];
}

/**
 * `columns` of `signals s` that the query asks for and `where` allows, newest first. Throws NOT_FOUND where `before` names
 * no signal. Each combination of filters is a statement of its own: a plan for all of them would use the index of none.
 */
export async function readPage<Row>(
  db: Queryable,
  columns: string,
  query: SignalQuery,
  where: readonly string[] = [],
): Promise<Row[]> {
  const { streams, limit, symbol, source } = query;
  const params: unknown[] = [streams, limit, ...(await placeOf(db, query))];
  const conditions = [
    IS_BEFORE,
    ...(symbol === undefined ? [] : [`s.symbol = $${params.push(symbol)}`]),
    ...(source === undefined ? [] : [`s.source = $${params.push(source)}`]),
    ...where,
  ];
  return db.query<Row>(
    `SELECT ${columns} FROM ${newestOf(conditions.join(' AND '))} ${NEWEST_FIRST}`,
    params,
  );
}
