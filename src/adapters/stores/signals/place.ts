import type { SignalQuery } from '../../../domain/signals/signal-log.ts';
import { TradecastError } from '../../../protocol/errors.ts';
import type { Queryable } from '../../sql/database.ts';

/** Throws NOT_FOUND where `before` names no signal. A stream that is not open has none, as far as its reader can tell. */
export async function assertPlace(
  db: Queryable,
  streams: SignalQuery['streams'],
  before: SignalQuery['before'],
): Promise<void> {
  if (before === undefined) return;
  const [row] = await db.query('SELECT seq FROM signals WHERE stream = $1 AND seq = $2', [
    before.stream,
    before.seq,
  ]);
  if (!row || !streams.includes(before.stream))
    throw new TradecastError('NOT_FOUND', 'before: there is no such signal.');
}
