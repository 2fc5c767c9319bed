import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Split, SplitCalendar } from '../../domain/market/splits.ts';
import { isTradingDay } from '../../protocol/exchange-holidays.ts';
import { addDays, isDay } from '../../protocol/new-york.ts';

/** Factors have eight decimals: a ratio of small whole numbers is the one meant. */
const MAX_SHARES = 100;
const TOLERANCE = 1e-4;

const NO_SPLITS: SplitCalendar = { splits: async () => [] };

/**
 * Factor files of Lean, one a symbol (`aapl.csv`): `date, price factor, split factor, reference price`, each for prices up
 * to its date. Where the next split factor is another, the trading day after the date begins with a split.
 */
export function createReplaySplits(folder: string | null): SplitCalendar {
  if (folder === null) return NO_SPLITS;
  return {
    async splits(symbol, from, to) {
      const text = await readFactors(path.join(folder, `${symbol.toLowerCase()}.csv`));
      return splitsOf(symbol, text).filter(({ day }) => day >= from && day <= to);
    },
  };
}

async function readFactors(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    // Most shares were never split.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

function splitsOf(symbol: string, text: string): Split[] {
  const rows = text.split('\n').flatMap((line) => {
    const [date = '', , factor = ''] = line.trim().split(',');
    const day = `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}`;
    return isDay(day) && Number(factor) > 0 ? [{ day, factor: Number(factor) }] : [];
  });
  return rows.slice(1).flatMap((row, index) => {
    const before = rows[index]!;
    const ratio = ratioOf(row.factor / before.factor);
    return ratio === null ? [] : [{ symbol, day: nextTradingDay(before.day), ...ratio }];
  });
}

/** Null for 1. */
function ratioOf(factor: number): { from: number; to: number } | null {
  if (Math.abs(factor - 1) < TOLERANCE) return null;
  for (let from = 1; from <= MAX_SHARES; from++) {
    const to = Math.round(factor * from);
    if (to > 0 && Math.abs(to / from / factor - 1) < TOLERANCE) return { from, to };
  }
  return { from: 1, to: factor };
}

function nextTradingDay(day: string): string {
  let next = addDays(day, 1);
  while (!isTradingDay(next)) next = addDays(next, 1);
  return next;
}
