import type { Clock } from '../../lib/clock.ts';
import type { PriceOrigin } from './feed.ts';
import type { QuoteBoard } from './quote-board.ts';

/**
 * The time of the market, milliseconds since epoch. A recording plays at times of its own: the newest that has arrived
 * in this round of it; the beginning of time before the first.
 */
export function createMarketTime(
  origin: PriceOrigin,
  boards: readonly Pick<QuoteBoard, 'onChange'>[],
  clock: Clock,
): () => number {
  if (origin !== 'replay') return clock.now;
  const seen = new Map<string, { readonly time: number; readonly round: number }>();
  let [newest, round] = [0, 0];

  /** The time of a symbol only rises within a round. Where it falls, the recording has begun again. */
  const see = (symbol: string, time: number): void => {
    const before = seen.get(symbol);
    const isBegun = before !== undefined && before.round === round && time < before.time;
    if (isBegun) round += 1;
    newest = isBegun ? time : Math.max(newest, time);
    seen.set(symbol, { time, round });
  };
  for (const board of boards)
    board.onChange((quotes) => {
      // One that became stale is repeated with its time of before.
      for (const { symbol, sourceTime, state } of quotes) if (state !== 'stale') see(symbol, sourceTime);
    });
  return () => newest;
}
