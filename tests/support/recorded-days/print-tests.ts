import { beforeAll, describe, expect, test } from '@jest/globals';
import { FIXTURE_SYMBOL, leanTradeLines } from '../../../rig/recordings/lean-days.ts';
import { isoDay } from '../../../rig/recordings/lean-files.ts';
import { createOffExchangeSums } from '../../../src/domain/off-exchange/sums.ts';
import type { SymbolChange, Totals } from '../../../src/domain/off-exchange/symbol-sums.ts';
import { newYorkTime } from '../../../src/protocol/new-york.ts';
import type { RecordedDays } from './day-tests.ts';
import type { LeanDay } from './differences.ts';
import { ownSides, ownSums, shareBetweenQuotes } from './own-prints.ts';
import { replayLines } from './replayed-day.ts';

/** Sums here are of 1e-4, the product's of 1e-12 dollars. */
const FINER = 100_000_000n;

/** Of IBM's notional, what has a side; in percent, rounded down. */
const CLASSIFIED: Record<LeanDay, number> = {
  '20131007': 100,
  '20131008': 99.9,
  '20131009': 99.9,
  '20131010': 100,
  '20131011': 99.9,
};

const wholeOf = ({ bullish, bearish, unknown }: Totals): bigint => bullish + bearish + unknown;

/** Recorded days through the real replay feed into the sums, against sums made independently from the same files. */
export function testRecordedPrints({ root, days, symbols }: RecordedDays): void {
  // One object for all days: they begin anew in it as they would in a running service.
  const sums = createOffExchangeSums({ minNotional: 0, tapeNotional: 100_000 });
  const reader = sums.changes();

  describe.each([...days])('off-exchange prints of the recorded day %s', (day) => {
    let changed: readonly SymbolChange[] = [];
    beforeAll(async () => {
      const lines = leanTradeLines(root, day, { symbols, snapshots: false, quotes: true });
      await replayLines(lines, () => ({ trade: sums.trade, nbbo: sums.nbbo }));
      changed = reader.take().at(-1)!.symbols;
    });

    test.each([...symbols])(
      'of %s: the three sides are the notional of every print that counts, exactly',
      (symbol) => {
        const own = ownSums(root, symbol, day);
        const found = changed.find((one) => one.symbol === symbol)!;
        expect(sums.day()).toBe(isoDay(day));
        expect(wholeOf(found.totals)).toBe(own.notional * FINER);
        expect(found.totals.prints).toBe(own.prints);
        const midnight = newYorkTime(isoDay(day), 0);
        const minutes = found.minutes.map((minute) => [
          (minute.start - midnight) / 60_000,
          wholeOf(minute) / FINER,
        ]);
        expect(minutes).toEqual([...own.minutes]);
        expect(own.prints).toBeGreaterThan(4_000);
      },
    );

    test('of IBM: each side is that of the best bid and offer that the exchanges recorded', () => {
      const { bullish, bearish, unknown } = sums
        .symbols()
        .find((one) => one.symbol === FIXTURE_SYMBOL)!.totals;
      const own = ownSides(root, FIXTURE_SYMBOL, day);
      expect({ bullish, bearish, unknown }).toEqual({
        bullish: own.bullish * FINER,
        bearish: own.bearish * FINER,
        unknown: own.unknown * FINER,
      });
      const classified = Number(((bullish + bearish) * 1_000n) / (bullish + bearish + unknown)) / 10;
      expect(classified).toBe(CLASSIFIED[day]);
    });

    test('the recorded quotes of IBM are the best ones: trades on exchanges lie between them', () => {
      expect(shareBetweenQuotes(root, FIXTURE_SYMBOL, day)).toBeGreaterThan(0.95);
    });

    test('no print was late, repeated, small or forgotten', () => {
      expect(sums.counters).toMatchObject({
        late: 0,
        repeated: 0,
        small: 0,
        forgotten: 0,
        earlier: 0,
        strange: 0,
      });
    });
  });
}
