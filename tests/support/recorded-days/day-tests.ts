import { beforeAll, describe, expect, test } from '@jest/globals';
import { LEAN_DAYS, leanTradeLines } from '../../../rig/recordings/lean-days.ts';
import { createCandleBook } from '../../../src/domain/market/candle-book.ts';
import { createQuoteBook, type QuoteBook } from '../../../src/domain/market/quote-book.ts';
import { quoteIn } from '../quote-in.ts';
import { barMakerEffects } from './bar-rules.ts';
import { byMinute, clockTime, dailyBar, minuteBars, tenThousandths } from './bars.ts';
import {
  DAILY_ABOVE_MINUTES,
  EQUAL_UNDER_SIP_RULES,
  HIGH_LOW_EXCEPTIONS,
  type LeanDay,
  type LeanSymbol,
  TRADES,
  VOLUME_EXCEPTIONS,
} from './differences.ts';
import { replayLines } from './replayed-day.ts';

const OPEN = 9 * 60 + 30;
const CLOSE = 16 * 60;

export interface RecordedDays {
  /** The folder that holds `lean/`. */
  readonly root: string;
  readonly days: readonly LeanDay[];
  readonly symbols: readonly LeanSymbol[];
}

/** Keeps the conditions of each trade by symbol and sequence number: a tick has only what the product makes of them. */
function* keepConditions(lines: Iterable<string>, kept: Map<string, readonly number[]>): Generator<string> {
  for (const line of lines) {
    const { sym, q, c } = JSON.parse(line) as { sym: string; q: number; c?: readonly number[] };
    if (c) kept.set(`${sym} ${q}`, c);
    yield line;
  }
}

/** Plays one day into `book` and into two candle books: the product's own and one with the rules of the bars. */
async function playDay({ root, symbols }: RecordedDays, day: LeanDay, book: QuoteBook) {
  const sip = createCandleBook();
  const likeTheBars = createCandleBook();
  const conditions = new Map<string, readonly number[]>();
  const counts = { trades: 0, refused: 0 };
  // Without the snapshots: the previous close must come from the day before.
  const lines = leanTradeLines(root, day, { symbols, snapshots: false });
  const sink = await replayLines(keepConditions(lines, conditions), () => ({
    trade(tick) {
      counts.trades += 1;
      if (!book.trade(tick)) {
        counts.refused += 1;
        return;
      }
      sip.trade(tick);
      const effects = barMakerEffects(conditions.get(`${tick.symbol} ${tick.sequence}`));
      likeTheBars.trade({ ...tick, effects });
    },
  }));
  return { sip, likeTheBars, ...counts, dropped: sink.counts.dropped };
}

/**
 * Recorded days through the real replay feed at full speed, against bars made independently from the same tape.
 * What differs is listed to the share and to the minute.
 */
export function testRecordedDays(recorded: RecordedDays): void {
  const { root, days, symbols } = recorded;
  // One book for all days: they roll over in it as they would in a running service.
  const book = createQuoteBook();
  const previousCloses = new Map<LeanSymbol, number>();

  describe.each([...days])('the recorded day %s, replayed at full speed', (day) => {
    let played: Awaited<ReturnType<typeof playDay>>;
    beforeAll(async () => {
      played = await playDay(recorded, day, book);
    });

    test('delivers every trade of the file and drops none', () => {
      const rows = symbols.reduce((sum, symbol) => sum + TRADES[symbol][LEAN_DAYS.indexOf(day)]!, 0);
      expect(played).toMatchObject({ trades: rows, dropped: 0, refused: 0 });
    });

    describe.each([...symbols])('%s', (symbol) =>
      testSymbol(recorded, day, symbol, () => ({ ...played, book })),
    );

    test('carries the close over as the next day’s previous close', () => {
      for (const symbol of symbols) {
        expect(quoteIn(book, symbol)?.previousClose).toBe(previousCloses.get(symbol));
        previousCloses.set(symbol, dailyBar(root, symbol, day).close / 10_000);
      }
    });
  });
}

type Played = Awaited<ReturnType<typeof playDay>> & { readonly book: QuoteBook };

function testSymbol({ root }: RecordedDays, day: LeanDay, symbol: LeanSymbol, played: () => Played): void {
  const bars = minuteBars(root, symbol, day);

  test('has the volume of the minute bars in all but the named auction minutes', () => {
    const ours = byMinute(played().sip.get(symbol), day);
    const differences: Record<string, number> = {};
    for (const minute of new Set([...ours.keys(), ...bars.keys()])) {
      const difference = (ours.get(minute)?.volume ?? 0) - (bars.get(minute)?.volume ?? 0);
      if (difference !== 0) differences[clockTime(minute)] = difference;
    }
    expect(differences).toEqual(VOLUME_EXCEPTIONS[day][symbol]);
  });

  /** Minutes whose high and low are those of the bar, and the others. */
  function compareHighLow(candles: Played['sip']): { equal: string[]; different: string[] } {
    const ours = byMinute(candles.get(symbol), day);
    const minutes = { equal: [] as string[], different: [] as string[] };
    for (const [minute, bar] of bars) {
      const { high = 0, low = 0 } = ours.get(minute) ?? {};
      const isEqual = tenThousandths(high) === bar.high && tenThousandths(low) === bar.low;
      minutes[isEqual ? 'equal' : 'different'].push(clockTime(minute));
    }
    return minutes;
  }

  test('has the high and low of every minute bar but the named ones', () => {
    const { different } = compareHighLow(played().likeTheBars);
    expect(different).toEqual(HIGH_LOW_EXCEPTIONS[day]?.[symbol] ?? []);
  });

  test('has the same high and low under the SIP’s own rules in the counted minutes', () => {
    const { equal } = compareHighLow(played().sip);
    expect(equal).toHaveLength(EQUAL_UNDER_SIP_RULES[symbol][LEAN_DAYS.indexOf(day)]!);
  });

  test('ends with the last price and the volume of the daily file', () => {
    const daily = dailyBar(root, symbol, day);
    const { book, sip } = played();
    expect(tenThousandths(quoteIn(book, symbol)?.price ?? 0)).toBe(daily.close);

    const regular = [...byMinute(sip.get(symbol), day)]
      .filter(([minute]) => minute >= OPEN && minute < CLOSE)
      .reduce((sum, [, candle]) => sum + candle.volume, 0);
    const auctions = Object.entries(VOLUME_EXCEPTIONS[day][symbol])
      .filter(([minute]) => minute < '16:00')
      .reduce((sum, [, shares]) => sum + shares, 0);
    const outside = DAILY_ABOVE_MINUTES[symbol]?.[LEAN_DAYS.indexOf(day)] ?? 0;
    expect(regular - auctions + outside).toBe(daily.volume);
  });
}
