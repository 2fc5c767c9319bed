import { describe, expect, test } from '@jest/globals';
import { silentLog } from '../../../rig/log.ts';
import type { TradeTick } from '../../../src/domain/market/feed.ts';
import { createMarketHours } from '../../../src/domain/market/market-hours.ts';
import { createCoverage } from '../../../src/domain/off-exchange/coverage.ts';
import { MARGIN_MS } from '../../../src/domain/off-exchange/gap-fetch.ts';
import type { PastPrints } from '../../../src/domain/off-exchange/past-prints.ts';
import {
  createRecovery,
  LONGEST_FETCHED_MS,
  MAX_FETCHES,
} from '../../../src/domain/off-exchange/recovery.ts';
import { createOffExchangeSums } from '../../../src/domain/off-exchange/sums.ts';
import { TradecastError } from '../../../src/protocol/errors.ts';
import { newYorkTime } from '../../../src/protocol/new-york.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { trade } from '../../support/ticks.ts';

const MONDAY = '2026-06-15';
const NOON = newYorkTime(MONDAY, 720);
const SECOND = 1_000;

/** A print of a hundred dollars: number and id are the same. */
const print = (sequence: number, sourceTime: number, fields: Partial<TradeTick> = {}): TradeTick =>
  trade({ price: 1, sourceTime, sequence, exchange: 4, trf: 202, tradeId: String(sequence), ...fields });

/** Prints of a gap of ten seconds from noon on; the last one that was counted before it has number 5. */
function begin(
  answer: (symbol: string, round: number) => readonly TradeTick[] | null,
  { gapMs = 10 * SECOND } = {},
) {
  const clock = createManualClock(NOON);
  const sums = createOffExchangeSums({ minNotional: 0, tapeNotional: 100_000 });
  const coverage = createCoverage(createMarketHours('always'));
  let filled = 0;
  let givenUp = 0;
  const asked: Parameters<PastPrints['read']>[] = [];
  const past: PastPrints = {
    async read(...request) {
      asked.push(request);
      return answer(request[0], asked.filter(([symbol]) => symbol === request[0]).length);
    },
  };
  const recovery = createRecovery({
    past,
    sums,
    coverage,
    followed: () => ['AAPL'],
    onFilled: () => (filled += 1),
    onGivenUp: (count) => (givenUp += count),
    clock,
    log: silentLog,
  });
  const live = (tick: TradeTick): void => {
    recovery.saw(tick);
    sums.trade(tick);
  };
  live(print(5, NOON - SECOND));
  coverage.resume(NOON);
  clock.advance(gapMs);
  recovery.gapsEnded(coverage.set(true, clock.now()));
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  };
  /** Moves the time on, and lets what was asked be answered. */
  const pass = async (ms: number): Promise<void> => {
    await settle();
    clock.advance(ms);
    await settle();
  };
  const prints = () =>
    sums
      .symbols()
      .map(({ symbol, totals }) => `${symbol} ${totals.prints}`)
      .join();
  return {
    clock,
    sums,
    coverage,
    asked,
    recovery,
    filled: () => filled,
    givenUp: () => givenUp,
    live,
    pass,
    prints,
    gap: coverage.take()[0]!,
  };
}

describe('the prints of a gap', () => {
  test('are counted with an unknown side, without those of before it and those that arrived after all', async () => {
    const fetched = [print(5, NOON - SECOND), print(6, NOON + SECOND), print(7, NOON + 2 * SECOND)];
    const { asked, live, pass, prints, sums, coverage, gap, recovery, filled } = begin(() => [
      ...fetched,
      print(8, NOON + 11_000),
    ]);
    live(print(8, NOON + 11_000));
    await pass(MARGIN_MS + 2 * SECOND);
    expect(asked.map(([symbol, from, to]) => [symbol, from, to])).toEqual([
      ['AAPL', NOON - MARGIN_MS, NOON + 10 * SECOND + MARGIN_MS],
    ]);
    expect([filled(), recovery.fetching()]).toEqual([1, 0]);
    expect(prints()).toBe('AAPL 4');
    expect(sums.symbols()[0]!.totals.unknown).toBe(400n * 10n ** 12n);
    expect(sums.counters).toMatchObject({ counted: 2, recovered: 2 });
    expect(coverage.take()).toEqual([{ ...gap, filled: ['AAPL'] }]);
  });

  test('count no second time where the stream has them later', async () => {
    const { live, pass, prints } = begin(() => [print(6, NOON + SECOND)]);
    await pass(MARGIN_MS + 2 * SECOND);
    live(print(6, NOON + SECOND));
    expect(prints()).toBe('AAPL 2');
  });

  test('count no second time where another gap follows at once', async () => {
    const late = print(8, NOON + 12 * SECOND);
    const { clock, coverage, recovery, pass, prints, asked } = begin(() => [print(6, NOON + SECOND), late]);
    await pass(SECOND);
    coverage.set(false, clock.now());
    await pass(5 * SECOND);
    recovery.gapsEnded(coverage.set(true, clock.now()));
    await pass(MARGIN_MS + 2 * SECOND);
    expect(prints()).toBe('AAPL 3');
    // One request for both.
    expect(asked.map(([, from, to]) => [from, to])).toEqual([
      [NOON - MARGIN_MS, NOON + 16 * SECOND + MARGIN_MS],
    ]);
    expect(coverage.take().map(({ filled }) => filled)).toEqual([['AAPL'], ['AAPL']]);
  });

  test('of gaps apart wait side by side, each for its own time', async () => {
    const { clock, coverage, recovery, pass, asked } = begin(() => []);
    await pass(MARGIN_MS + 500);
    coverage.set(false, clock.now());
    await pass(500);
    recovery.gapsEnded(coverage.set(true, clock.now()));
    expect(recovery.fetching()).toBe(2);
    await pass(SECOND);
    expect([asked.length, recovery.fetching()]).toEqual([1, 1]);
    await pass(MARGIN_MS + SECOND);
    expect([asked.length, recovery.fetching()]).toEqual([2, 0]);
  });

  test('of a feed that breaks again and again take no more than a bounded share', async () => {
    const { clock, coverage, recovery, pass } = begin(() => {
      throw new TradecastError('UNAVAILABLE', 'Not now.', { retryAfterMs: 1_000 });
    });
    for (let turn = 0; turn < 2 * MAX_FETCHES; turn++) {
      await pass(2 * MARGIN_MS);
      coverage.set(false, clock.now());
      await pass(SECOND);
      recovery.gapsEnded(coverage.set(true, clock.now()));
    }
    expect(recovery.fetching()).toBe(MAX_FETCHES);
  });

  test('of a new day count, though their numbers are lower than those of the day before', async () => {
    const midnight = newYorkTime('2026-06-16', 0);
    const { clock, coverage, recovery, pass, prints, sums } = begin((_, round) =>
      round === 1 ? [] : [print(1, midnight + 15 * SECOND)],
    );
    await pass(MARGIN_MS + 10 * SECOND);
    clock.advance(midnight + 10 * SECOND - clock.now());
    coverage.set(false, clock.now());
    clock.advance(10 * SECOND);
    recovery.gapsEnded(coverage.set(true, clock.now()));
    await pass(MARGIN_MS + 10 * SECOND);
    expect([sums.day(), prints()]).toEqual(['2026-06-16', 'AAPL 1']);
  });

  test('are asked for again while upstream does not answer, and by one request at a time', async () => {
    const { asked, pass, prints, coverage, recovery } = begin((_, round) => {
      if (round < 3) throw new TradecastError('UNAVAILABLE', 'Not now.', { retryAfterMs: 1_000 });
      return [print(6, NOON + SECOND)];
    });
    await pass(MARGIN_MS + 2 * SECOND);
    expect([asked.length, coverage.take(), recovery.fetching()]).toEqual([1, [], 1]);
    await pass(30 * SECOND);
    await pass(30 * SECOND);
    expect([asked.length, prints()]).toEqual([3, 'AAPL 2']);
  });

  test.each([
    [
      'the plan has no trades by request',
      0,
      () => {
        throw new TradecastError('NOT_IN_PLAN', 'The plan of the market data account does not include this.');
      },
    ],
    ['they are too many', 1, () => null],
  ])('stay missing where %s, and the gap stays marked', async (_, lost, answer) => {
    const { asked, pass, prints, coverage, filled, givenUp, recovery } = begin(answer);
    await pass(MARGIN_MS + 2 * SECOND);
    await pass(600 * SECOND);
    expect([asked.length, prints(), coverage.take()]).toEqual([1, 'AAPL 1', []]);
    expect([filled(), givenUp(), recovery.fetching()]).toEqual([0, lost, 0]);
  });

  test('are not asked for where it was too long', async () => {
    const { asked, pass } = begin(() => [], { gapMs: LONGEST_FETCHED_MS + 1 });
    await pass(600 * SECOND);
    expect(asked).toEqual([]);
  });

  test('are none of a day that is over', async () => {
    const { live, pass, prints, coverage } = begin(() => [print(6, NOON + SECOND)]);
    live(print(1, NOON + 24 * 3_600 * SECOND));
    await pass(MARGIN_MS + 2 * SECOND);
    expect([prints(), coverage.take()]).toEqual(['AAPL 1', []]);
  });

  test('are asked for no more once the engine is another', async () => {
    const { asked, recovery, pass, clock } = begin(() => []);
    recovery.end();
    await pass(MARGIN_MS + 2 * SECOND);
    expect([asked, clock.pending()]).toEqual([[], 0]);
  });
});
