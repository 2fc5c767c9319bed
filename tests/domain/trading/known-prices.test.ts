import { afterEach, describe, expect, test } from '@jest/globals';
import { createTestClock } from '../../../rig/clock.ts';
import { silentLog } from '../../../rig/log.ts';
import { until } from '../../../rig/wait.ts';
import { FencedError } from '../../../src/domain/engine/fenced.ts';
import type { Quote } from '../../../src/domain/market/quote.ts';
import type { FoundPrice } from '../../../src/domain/trading/holdings.ts';
import { createPriceKeeper, KNOWN_PRICES_INTERVAL_MS } from '../../../src/domain/trading/known-prices.ts';
import { createTestLease, NOON, quoteOf } from '../../support/trading.ts';

const ends: (() => unknown)[] = [];
afterEach(() => ends.splice(0).forEach((end) => void end()));

function setUp() {
  const quotes = new Map<string, Quote>([['AAPL', quoteOf('AAPL')]]);
  const kept: { fencing: number; prices: Record<string, string>; times: Record<string, number> }[] = [];
  const failures: Error[] = [];
  const clock = createTestClock();
  const lease = createTestLease(7);
  const keeper = createPriceKeeper({
    store: {
      async keep(fencing: number, prices: ReadonlyMap<string, FoundPrice>) {
        const failure = failures.shift();
        if (failure) throw failure;
        const texts = [...prices].map(([symbol, { price }]) => [symbol, price.toString()]);
        const times = [...prices].map(([symbol, { at }]) => [symbol, at]);
        kept.push({ fencing, prices: Object.fromEntries(texts), times: Object.fromEntries(times) });
      },
    },
    ledger: { tradedSymbols: async () => ['AAPL', 'GONE'] },
    quote: (symbol) => quotes.get(symbol),
    ...{ lease, clock, log: silentLog },
  });
  keeper.start();
  ends.push(keeper.stop);
  return { quotes, kept, failures, clock, lease, keeper };
}

describe('the last prices of what is held', () => {
  test('are stored by the engine, each when it has changed', async () => {
    const { quotes, kept, clock, keeper } = setUp();
    clock.advance(KNOWN_PRICES_INTERVAL_MS);
    await until(() => kept.length === 1, 'the first price is stored');
    clock.advance(KNOWN_PRICES_INTERVAL_MS);
    quotes.set('GONE', quoteOf('GONE', { price: 12.5 }));
    await keeper.stop();
    expect(kept).toMatchObject([
      { fencing: 7, prices: { AAPL: '100' } },
      { fencing: 7, prices: { GONE: '12.5' } },
    ]);
    expect(kept[1]?.prices).not.toHaveProperty('AAPL');
  });

  test('are stored with the time at which they were made last, also where they stand still', async () => {
    const { quotes, kept, clock, keeper } = setUp();
    clock.advance(KNOWN_PRICES_INTERVAL_MS);
    await until(() => kept.length === 1, 'the first price is stored');
    quotes.set('AAPL', quoteOf('AAPL', { sourceTime: NOON + 1_000 }));
    clock.advance(KNOWN_PRICES_INTERVAL_MS);
    quotes.set('AAPL', quoteOf('AAPL', { sourceTime: NOON + 3_000, priceTime: NOON + 2_000 }));
    await keeper.stop();
    expect(kept.map(({ times }) => times)).toEqual([{ AAPL: NOON }, { AAPL: NOON + 2_000 }]);
  });

  test('are stored once more at the end, and not by a replica that is not the engine', async () => {
    const { quotes, kept, lease, keeper } = setUp();
    lease.set(null);
    await keeper.stop();
    expect(kept).toEqual([]);
    lease.set(8);
    quotes.set('AAPL', quoteOf('AAPL', { price: 101 }));
    await keeper.stop();
    expect(kept).toMatchObject([{ fencing: 8, prices: { AAPL: '101' } }]);
  });

  test.each([new FencedError('another'), new Error('no database')])(
    'that could not be stored (%s) are stored the next time',
    async (failure) => {
      const { kept, failures, keeper } = setUp();
      failures.push(failure);
      await keeper.stop();
      expect(kept).toEqual([]);
      await keeper.stop();
      expect(kept).toMatchObject([{ fencing: 7, prices: { AAPL: '100' } }]);
    },
  );
});
