import { describe, expect, test } from '@jest/globals';
import type { TradeTick } from '../../../src/domain/market/feed.ts';
import { amountOf, dollarsOf } from '../../../src/domain/off-exchange/amount.ts';
import { createOffExchangeSums, type OffExchangeSums } from '../../../src/domain/off-exchange/sums.ts';
import { MAX_LARGEST, type SymbolDay } from '../../../src/domain/off-exchange/symbol-sums.ts';
import { newYorkTime } from '../../../src/protocol/new-york.ts';
import { nbbo, trade } from '../../support/ticks.ts';

const MONDAY = '2026-06-15';
const TUESDAY = '2026-06-16';
const at = (time: string, day = MONDAY): number => {
  const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number);
  return newYorkTime(day, 60 * hours + minutes) + Math.round(1_000 * seconds);
};
const NOON = at('12:00');

let ids = 0;
/** A print at noon in facility 202; a test names what it is about. */
const print = (fields: Parameters<typeof trade>[0]): TradeTick =>
  trade({ exchange: 4, trf: 202, tradeId: String(++ids), ...fields });

const create = (options = { minNotional: 0, tapeNotional: 100_000 }): OffExchangeSums =>
  createOffExchangeSums(options);
const dayOf = (sums: OffExchangeSums, symbol = 'AAPL'): SymbolDay | undefined =>
  sums.symbols().find((day) => day.symbol === symbol);
/** Dollars of each side. */
const sides = (sums: OffExchangeSums, symbol?: string) => {
  const { bullish = 0n, bearish = 0n, unknown = 0n } = dayOf(sums, symbol)?.totals ?? {};
  return { bullish: dollarsOf(bullish), bearish: dollarsOf(bearish), unknown: dollarsOf(unknown) };
};
const NOTHING = { bullish: 0, bearish: 0, unknown: 0 };

describe('a print', () => {
  test.each([
    ['is a trade at FINRA with a reporting facility', { exchange: 4, trf: 202 }, 1_000],
    ['is none at FINRA without a facility', { exchange: 4, trf: 0 }, 0],
    ['is none with a facility at another exchange', { exchange: 11, trf: 202 }, 0],
  ])('%s', (_, fields, unknown) => {
    const sums = create();
    sums.trade(print({ price: 10, sourceTime: NOON, ...fields }));
    expect(sides(sums)).toEqual({ ...NOTHING, unknown });
  });

  test.each([
    [2, 'an average price'],
    [7, 'a cash sale'],
    [8, 'a closing print'],
    [9, 'a cross'],
    [10, 'a derived price'],
    [15, 'an official close'],
    [16, 'an official open'],
    [17, 'an opening cross'],
    [18, 'a reopening cross'],
    [19, 'a closing cross'],
    [20, 'settled the next day'],
    [22, 'a prior reference price'],
    [25, 'an opening print'],
    [28, 'a reopening print'],
    [38, 'a corrected close'],
    [52, 'contingent'],
    [53, 'a qualified contingent trade'],
  ])('with condition %d counts for nothing: it is %s', (condition) => {
    const sums = create();
    sums.trade(print({ price: 10, sourceTime: NOON, conditions: [41, condition] }));
    expect(sides(sums)).toEqual(NOTHING);
    expect(sums.counters).toMatchObject({ excluded: 1, counted: 0 });
  });

  test.each([[[12, 37]], [[14, 41]], [[37]], [undefined]])('with conditions %p counts', (conditions) => {
    const sums = create();
    sums.trade(print({ price: 10, sourceTime: NOON, conditions }));
    expect(sides(sums)).toEqual({ ...NOTHING, unknown: 1_000 });
  });

  test('reported more than ten seconds late counts apart', () => {
    const sums = create();
    sums.trade(print({ price: 10, sourceTime: NOON, participantTime: NOON - 10_000 }));
    sums.trade(print({ price: 20, sourceTime: NOON, participantTime: NOON - 10_001 }));
    expect(sides(sums)).toEqual({ ...NOTHING, unknown: 1_000 });
    expect(dayOf(sums)?.totals.prints).toBe(1);
    expect(dayOf(sums)?.late).toEqual({ prints: 1, notional: amountOf(2_000) });
  });

  test('below the smallest notional counts for nothing', () => {
    const sums = create({ minNotional: 1_000, tapeNotional: 100_000 });
    sums.trade(print({ price: 9.99, sourceTime: NOON }));
    sums.trade(print({ price: 10, sourceTime: NOON }));
    expect(sides(sums)).toEqual({ ...NOTHING, unknown: 1_000 });
    expect(sums.counters).toMatchObject({ small: 1, counted: 1 });
  });

  test('of a fraction of a share counts to the last decimal', () => {
    const sums = create();
    sums.trade(print({ price: 0.000001, size: 0, decimalSize: '0.000001', sourceTime: NOON }));
    sums.trade(print({ price: 297.8451, size: 12_345_678, decimalSize: '12345678.9', sourceTime: NOON }));
    sums.trade(print({ price: 10, size: 0, decimalSize: '', sourceTime: NOON }));
    expect(dayOf(sums)?.totals).toMatchObject({
      unknown: 1n + 297_845_100n * 12_345_678_900_000n,
      prints: 2,
    });
  });

  test('of a fraction beside whole shares is listed with both', () => {
    const sums = create();
    sums.trade(print({ price: 750_000, size: 1, decimalSize: '1.7', sourceTime: NOON }));
    expect(dayOf(sums)?.largest).toMatchObject([{ size: 1.7 }]);
  });
});

describe('no print counts twice', () => {
  const again = { price: 10, sourceTime: NOON, tradeId: 'a', sequence: 7 };

  test('where upstream repeats it', () => {
    const sums = create();
    sums.trade(print(again));
    sums.trade(print({ ...again, sequence: 8 }));
    sums.trade(print({ ...again, trf: 201 }));
    sums.trade(print({ ...again, symbol: 'MSFT' }));
    expect(sides(sums).unknown).toBe(2_000);
    expect(sides(sums, 'MSFT').unknown).toBe(1_000);
    expect(sums.counters).toMatchObject({ counted: 3, repeated: 1 });
  });

  test('where an id is missing, by its number', () => {
    const sums = create();
    for (const sequence of [7, 7, 6]) sums.trade(print({ ...again, tradeId: '', sequence }));
    expect(sides(sums).unknown).toBe(2_000);
  });

  test('after a restart: what is stored up to a number is seen', () => {
    const before = create();
    before.trade(print(again));
    before.trade(print({ price: 20, sourceTime: NOON, sequence: 9 }));
    const after = create();
    after.restore(MONDAY, before.symbols());
    expect(after.symbols()).toEqual(before.symbols());
    after.trade(print(again));
    after.trade(print({ price: 30, sourceTime: NOON, sequence: 10 }));
    expect(sides(after).unknown).toBe(6_000);
    expect(after.counters).toMatchObject({ forgotten: 1, counted: 1 });
  });

  test('the next day has the same ids and numbers again', () => {
    const sums = create();
    sums.trade(print(again));
    sums.trade(print({ ...again, sourceTime: at('08:00', TUESDAY) }));
    expect(sums.day()).toBe(TUESDAY);
    expect(sides(sums).unknown).toBe(1_000);
    sums.trade(print({ price: 10, sourceTime: at('20:00') }));
    expect(sums.counters).toMatchObject({ counted: 2, earlier: 1 });
  });
});

describe('the side of a print', () => {
  const quoted = (...quotes: [time: string, bid: number | undefined, ask: number | undefined][]) => {
    const sums = create();
    for (const [time, bid, ask] of quotes) sums.nbbo(nbbo({ sourceTime: at(time), bid, ask }));
    return sums;
  };
  const PRINT = { price: 10, sourceTime: at('12:00:00.009'), participantTime: NOON };

  test.each([
    ['above the middle is bullish', 9.98, 10.01, 'bullish'],
    ['at the ask is bullish', 9.99, 10, 'bullish'],
    ['beyond the ask is bullish', 9.97, 9.98, 'bullish'],
    ['below the middle is bearish', 9.99, 10.02, 'bearish'],
    ['at the bid is bearish', 10, 10.01, 'bearish'],
    ['in a crossed market is unknown', 10.02, 10.01, 'unknown'],
    ['without a bid is unknown', undefined, 10.01, 'unknown'],
    ['without an ask is unknown', 9.99, undefined, 'unknown'],
    ['at the middle without a price before is unknown', 9.99, 10.01, 'unknown'],
    ['above a locked market is bullish', 9.99, 9.99, 'bullish'],
  ])('%s', (_, bid, ask, side) => {
    const sums = quoted(['11:59', bid, ask]);
    sums.trade(print(PRINT));
    expect(sides(sums)).toEqual({ ...NOTHING, [side]: 1_000 });
  });

  test('is that of the quote when the trade was made, not when it was reported', () => {
    const sums = quoted(['11:59', 9.97, 9.98], ['12:00:00', 9.99, 10.02], ['12:00:00.001', 9.97, 9.98]);
    sums.trade(print(PRINT));
    expect(sides(sums)).toEqual({ ...NOTHING, bearish: 1_000 });
  });

  test('takes quotes in the order of their times', () => {
    const sums = quoted(
      ['12:00:00.001', 9.97, 9.98],
      ['11:59:59.999', 9.99, 10.02],
      ['11:59:58', 9.97, 9.98],
    );
    sums.trade(print(PRINT));
    expect(sides(sums)).toEqual({ ...NOTHING, bearish: 1_000 });
  });

  test('before the first quote is unknown', () => {
    const sums = quoted(['12:00:00.001', 9.97, 9.98]);
    sums.trade(print(PRINT));
    expect(sides(sums)).toEqual({ ...NOTHING, unknown: 1_000 });
  });

  test.each([
    ['after a lower price is bullish', [9.99], 'bullish'],
    ['after a higher price is bearish', [10.01], 'bearish'],
    ['after its own price is compared with the one before', [10.01, 10, 10], 'bearish'],
    ['is compared with the latest', [10.01, 9.99], 'bullish'],
  ])('at the middle %s', (_, prices, side) => {
    const sums = quoted(['11:59', 9.99, 10.01]);
    for (const price of prices) sums.trade(trade({ price, sourceTime: NOON - 1 }));
    sums.trade(print(PRINT));
    expect(sides(sums)).toEqual({ ...NOTHING, [side]: 1_000 });
  });

  test('at the middle passes by prices that set no last one, and repeated trades', () => {
    const sums = quoted(['11:59', 9.99, 10.01]);
    const earlier = trade({ price: 10.01, sourceTime: NOON - 2 });
    sums.trade(earlier);
    sums.trade(trade({ price: 9.99, sourceTime: NOON - 1 }));
    sums.trade(trade({ price: 10.01, sourceTime: NOON - 1, conditions: [37] }));
    sums.trade(print({ price: 10.01, sourceTime: NOON - 1, participantTime: NOON - 60_000 }));
    sums.trade(earlier);
    sums.trade(print(PRINT));
    expect(sides(sums)).toEqual({ ...NOTHING, bullish: 1_000 });
  });

  test('is unknown after an interruption until the next quote', () => {
    const sums = quoted(['11:59', 9.98, 10.01]);
    sums.interrupted('AAPL');
    sums.trade(print(PRINT));
    sums.nbbo(nbbo({ sourceTime: NOON, bid: 9.98, ask: 10.01 }));
    sums.trade(print(PRINT));
    expect(sides(sums)).toEqual({ ...NOTHING, unknown: 1_000, bullish: 1_000 });
  });

  test('is found in ten seconds of a busy symbol', () => {
    const sums = create();
    for (let i = 0; i <= 7_000; i++) {
      const bid = i === 0 ? 9.98 : 9.99;
      sums.nbbo(nbbo({ sourceTime: NOON + i, bid, ask: bid === 9.98 ? 10.01 : 10.02 }));
    }
    sums.trade(print({ price: 10, sourceTime: NOON + 7_001, participantTime: NOON }));
    sums.trade(print({ price: 10, sourceTime: NOON + 7_001, participantTime: NOON + 1 }));
    expect(sides(sums)).toEqual({ ...NOTHING, bullish: 1_000, bearish: 1_000 });
  });
});

describe('the sums of a day', () => {
  test('are those of its minutes', () => {
    const sums = create();
    const reader = sums.changes();
    sums.nbbo(nbbo({ sourceTime: at('11:00'), bid: 9.98, ask: 10.01 }));
    sums.trade(print({ price: 10, sourceTime: at('12:00:00.5'), participantTime: at('11:59:59.9') }));
    sums.trade(print({ price: 9.98, sourceTime: at('12:00:01') }));
    sums.trade(print({ price: 10, sourceTime: at('12:00:59.9') }));
    const [first, second] = reader.take()[0]!.symbols[0]!.minutes;
    expect(first).toMatchObject({ start: at('11:59'), bullish: amountOf(1_000), bearish: 0n, prints: 1 });
    expect(second).toMatchObject({
      start: NOON,
      bullish: amountOf(1_000),
      bearish: amountOf(998),
      prints: 2,
    });
    expect(dayOf(sums)).toMatchObject({ totals: { prints: 3 }, updatedAt: at('12:00:59.9') });
  });

  test('have the largest prints, largest first, as far as they are large', () => {
    const sums = create();
    const sizes = Array.from({ length: MAX_LARGEST + 10 }, (_, i) => 10_000 + ((i * 7) % (MAX_LARGEST + 10)));
    for (const size of [...sizes, 9_999]) sums.trade(print({ price: 10, size, sourceTime: NOON }));
    const largest = dayOf(sums)!.largest.map(({ size }) => size);
    expect(largest).toEqual(sizes.toSorted((a, b) => b - a).slice(0, MAX_LARGEST));
  });

  test('begin anew at midnight in New York, also where a day has 23 hours', () => {
    const sums = create();
    // 8 March 2026: clocks go forward.
    const saturday = Date.parse('2026-03-08T04:59:59.999Z');
    sums.trade(print({ price: 10, sourceTime: saturday }));
    expect(sums.day()).toBe('2026-03-07');
    sums.trade(print({ price: 10, sourceTime: saturday + 1 }));
    sums.trade(print({ price: 10, sourceTime: Date.parse('2026-03-09T03:59:59.999Z') }));
    expect(sums.day()).toBe('2026-03-08');
    expect(sides(sums).unknown).toBe(2_000);
    sums.trade(print({ price: 10, sourceTime: Date.parse('2026-03-09T04:00:00Z') }));
    expect(sums.day()).toBe('2026-03-09');
    expect(sides(sums).unknown).toBe(1_000);
  });

  test('are known by symbol, the heaviest first', () => {
    const sums = create();
    for (const [symbol, price] of [
      ['A', 10],
      ['B', 30],
      ['C', 20],
    ] as const)
      sums.trade(print({ symbol, price, sourceTime: NOON }));
    expect(sums.heaviest(2)).toEqual(['B', 'C']);
  });
});

describe('a reader of changes', () => {
  test('has what changed since it read last, at its own pace', () => {
    const sums = create();
    const [often, seldom] = [sums.changes(), sums.changes()];
    expect(often.take()).toEqual([]);
    sums.trade(print({ price: 10, sourceTime: NOON }));
    sums.trade(print({ symbol: 'MSFT', price: 10, sourceTime: NOON }));
    expect(often.take()[0]?.symbols.map(({ symbol }) => symbol)).toEqual(['AAPL', 'MSFT']);
    sums.trade(print({ price: 10, sourceTime: at('12:01') }));
    const [second] = often.take();
    expect(second).toMatchObject({ day: MONDAY, symbols: [{ symbol: 'AAPL', totals: { prints: 2 } }] });
    expect(second?.symbols[0]?.minutes.map(({ start }) => start)).toEqual([at('12:01')]);
    const whole = sums.symbols().map(({ symbol, totals }) => ({ symbol, totals }));
    expect(seldom.take()).toMatchObject([{ day: MONDAY, isAnew: false, symbols: whole }]);
    expect([...often.take(), ...seldom.take()]).toEqual([]);
  });

  test('has the largest prints only where they changed', () => {
    const sums = create();
    const reader = sums.changes();
    const largest = () => reader.take()[0]?.symbols[0]?.largest?.map(({ price }) => price);
    sums.trade(print({ price: 2_000, size: 100, sourceTime: NOON }));
    expect(largest()).toEqual([2_000]);
    sums.trade(print({ price: 10, sourceTime: NOON }));
    expect(largest()).toBeUndefined();
    sums.trade(print({ price: 3_000, size: 100, sourceTime: NOON }));
    sums.trade(print({ price: 10, sourceTime: NOON }));
    expect(largest()).toEqual([3_000, 2_000]);
  });

  test('is told of the first change since it took the last ones', () => {
    const sums = create();
    let firsts = 0;
    const reader = sums.changes(() => {
      firsts += 1;
    });
    for (let i = 0; i < 3; i++) sums.trade(print({ price: 10, sourceTime: NOON }));
    sums.trade(print({ price: 10, sourceTime: at('09:00', TUESDAY) }));
    expect(firsts).toBe(1);
    reader.take();
    sums.trade(print({ price: 10, sourceTime: at('09:00', TUESDAY) }));
    expect(firsts).toBe(2);
  });

  test('has a late print', () => {
    const sums = create();
    const reader = sums.changes();
    sums.trade(print({ price: 10, sourceTime: NOON, participantTime: NOON - 60_000 }));
    expect(reader.take()).toMatchObject([{ symbols: [{ minutes: [], late: { prints: 1 } }] }]);
  });

  test('has the end of a day after the day has changed', () => {
    const sums = create();
    const reader = sums.changes();
    sums.trade(print({ price: 10, sourceTime: NOON }));
    sums.trade(print({ price: 20, sourceTime: at('09:00', TUESDAY) }));
    expect(reader.take().map(({ day, symbols }) => [day, symbols[0]?.totals.unknown])).toEqual([
      [MONDAY, amountOf(1_000)],
      [TUESDAY, amountOf(2_000)],
    ]);
  });

  test('learns that the feed began again', () => {
    const sums = create();
    const reader = sums.changes();
    sums.trade(print({ price: 10, sourceTime: NOON }));
    sums.clear();
    sums.trade(print({ price: 20, sourceTime: at('09:00') }));
    expect(reader.take()).toMatchObject([
      { day: MONDAY, isAnew: true, symbols: [] },
      { day: MONDAY, isAnew: false, symbols: [{ totals: { unknown: amountOf(2_000) } }] },
    ]);
    expect(sides(sums).unknown).toBe(2_000);
  });

  test('reads no more once it is closed', () => {
    const sums = create();
    const reader = sums.changes();
    reader.close();
    sums.trade(print({ price: 10, sourceTime: NOON }));
    expect(reader.take()).toEqual([]);
  });
});
