import { expect, test } from '@jest/globals';
import { createSimulatedFeed } from '../../../src/adapters/simulated/feed.ts';
import { createSimulatedHistory } from '../../../src/adapters/simulated/history.ts';
import { createSimulatedOptions } from '../../../src/adapters/simulated/options/source.ts';
import { createTurns } from '../../../src/adapters/simulated/turns.ts';
import type { Candle } from '../../../src/domain/market/candle.ts';
import { createCandleBook } from '../../../src/domain/market/candle-book.ts';
import type { MarketFeed } from '../../../src/domain/market/feed.ts';
import type { MarketHistory } from '../../../src/domain/market/history.ts';
import { createCollectingSink } from '../../support/collecting-sink.ts';
import { createManualClock } from '../../support/manual-clock.ts';

const BEFORE = '2026-11-20T15:04:30Z';
const CONTRACT = 'O:SPY261218C00560000';
const MINUTE_MS = 60_000;

interface Market {
  readonly feed: MarketFeed;
  readonly history: Pick<MarketHistory, 'bars'>;
}
type Open = (clock: ReturnType<typeof createManualClock>) => Market;

const stocks: Open = (clock) => ({
  feed: createSimulatedFeed({ clock, seed: 1, updatesPerSecond: 4 }),
  history: createSimulatedHistory({ clock, seed: 1, turns: createTurns() }),
});
const options: Open = (clock) => {
  const { feed, history } = createSimulatedOptions({
    clock,
    seed: 1,
    updatesPerSecond: 4,
    turns: createTurns(),
  });
  return { feed, history: history({ candles: async () => [] }) };
};

/** The minutes as a reader builds them of the trades alone. */
function minutesOf(sink: ReturnType<typeof createCollectingSink>): Candle[] {
  const book = createCandleBook();
  const [first] = sink.trades;
  for (const trade of sink.trades) book.trade(trade);
  return book.get(first!.symbol);
}

test.each([
  ['a stock', 'SPY', stocks],
  ['a stock of few trades', 'BRK.B', stocks],
  ['a contract', CONTRACT, options],
] as const)(
  'the live minutes of %s are those that the past has of them, also over a restart',
  async (_, symbol, open) => {
    const clock = createManualClock(BEFORE);
    const sink = createCollectingSink();
    const first = open(clock);
    first.feed.setSymbols(new Set([symbol]));
    first.feed.start(sink);
    clock.advance(3 * MINUTE_MS + 30_000);
    // Let go of and taken up again in the same minute, the feed repeats nothing.
    first.feed.setSymbols(new Set());
    clock.advance(7_000);
    first.feed.setSymbols(new Set([symbol]));
    clock.advance(3 * MINUTE_MS);
    await first.feed.stop();

    const restarted = createCollectingSink();
    const second = open(clock);
    second.feed.setSymbols(new Set([symbol]));
    second.feed.start(restarted);
    clock.advance(3 * MINUTE_MS);
    await second.feed.stop();

    const { bars } = await second.history.bars({
      symbol,
      timespan: 'minute',
      multiplier: 1,
      from: Date.parse('2026-11-20T15:04:00Z'),
      to: clock.now(),
      adjusted: true,
      limit: 100,
    });
    const over = (candles: readonly Candle[]) =>
      candles.filter(({ start }) => start + MINUTE_MS <= clock.now());
    const stoppedAt = restarted.trades[0]!.sourceTime - (restarted.trades[0]!.sourceTime % MINUTE_MS);
    expect(over(minutesOf(sink)).filter(({ start }) => start < stoppedAt)).toEqual(
      bars.filter(({ start }) => start < stoppedAt),
    );
    expect(over(minutesOf(restarted))).toEqual(bars.filter(({ start }) => start >= stoppedAt));
    expect(bars.length).toBeGreaterThan(5);
  },
);

test('a contract’s previous close is the last trade of the day before, in its chain and on its stream', async () => {
  const clock = createManualClock(BEFORE);
  const source = createSimulatedOptions({ clock, seed: 1, updatesPerSecond: 4, turns: createTurns() });
  const { contracts } = await source.chains.chain({ underlying: 'AAPL', expiry: '2026-12-18' });
  const history = source.history({ candles: async () => [] });
  let traded = 0;
  for (const { symbol, previousClose } of contracts.slice(30, 50)) {
    const days = { timespan: 'day', multiplier: 1, adjusted: true, limit: 10 } as const;
    const [from, to] = [Date.parse('2026-11-19T05:00:00Z'), Date.parse('2026-11-20T04:59:00Z')];
    const { bars } = await history.bars({ ...days, symbol, from, to });
    if (bars.length > 0) expect(previousClose).toBe(bars[0]!.close);
    traded += bars.length;
  }
  expect(traded).toBeGreaterThan(10);

  const sink = createCollectingSink();
  const { symbol, previousClose } = contracts[40]!;
  source.feed.setSymbols(new Set([symbol]));
  source.feed.start(sink);
  expect(sink.days.at(-1)).toMatchObject({ symbol, previousClose });
  await source.feed.stop();
});
