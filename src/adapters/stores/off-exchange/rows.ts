import type { Print } from '../../../domain/off-exchange/print.ts';
import type { StoredSymbol, SumsCommit } from '../../../domain/off-exchange/sums-store.ts';
import type { MinuteTotals } from '../../../domain/off-exchange/symbol-sums.ts';
import { fromDollars, toDollars } from './numbers.ts';

export interface SymbolRow {
  symbol: string;
  late_prints: number;
  late_notional: string;
  largest: readonly PrintRow[];
  sequence: number;
  updated_at: Date;
}

export interface MinuteRow {
  symbol: string;
  minute: Date;
  bullish: string;
  bearish: string;
  unknown: string;
  prints: number;
}

/** A print as JSON. */
type PrintRow = Omit<Print, 'notional' | 'symbol'> & { readonly notional: string };

const toPrintRow = ({ symbol: _symbol, notional, ...print }: Print): PrintRow => ({
  ...print,
  notional: toDollars(notional),
});

export const toPrint = (symbol: string, { notional, ...row }: PrintRow): Print => ({
  ...row,
  symbol,
  notional: fromDollars(notional),
});

export const toMinute = (row: Omit<MinuteRow, 'symbol'>): MinuteTotals => ({
  start: row.minute.getTime(),
  bullish: fromDollars(row.bullish),
  bearish: fromDollars(row.bearish),
  unknown: fromDollars(row.unknown),
  prints: row.prints,
});

export const toStored = (row: SymbolRow, minutes: readonly MinuteTotals[]): StoredSymbol => ({
  symbol: row.symbol,
  minutes,
  largest: row.largest.map((print) => toPrint(row.symbol, print)),
  late: { prints: row.late_prints, notional: fromDollars(row.late_notional) },
  sequence: row.sequence,
  updatedAt: row.updated_at.getTime(),
});

/** The JSON parameters of the upserts, and the days to delete before them. */
export function parametersOf(commit: SumsCommit) {
  const voidDays = new Set<string>();
  /** By day and symbol: one statement may touch a row once. */
  const symbols = new Map<string, object>();
  const minutes = new Map<string, object>();
  for (const { day, isAnew, symbols: changed } of commit.changes) {
    if (isAnew) voidDays.add(day);
    for (const one of changed) {
      symbols.set(`${day} ${one.symbol}`, {
        day,
        symbol: one.symbol,
        late_prints: one.late.prints,
        late_notional: toDollars(one.late.notional),
        largest: JSON.stringify(one.largest.map(toPrintRow)),
        sequence: one.sequence,
        updated_at: new Date(one.updatedAt),
      });
      for (const minute of one.minutes)
        minutes.set(`${day} ${one.symbol} ${minute.start}`, {
          day,
          symbol: one.symbol,
          minute: new Date(minute.start),
          bullish: toDollars(minute.bullish),
          bearish: toDollars(minute.bearish),
          unknown: toDollars(minute.unknown),
          prints: minute.prints,
        });
    }
  }
  const gaps = commit.gaps.map(({ day, from, to, filled }) => ({
    day,
    filled,
    began_at: new Date(from),
    ended_at: new Date(to),
  }));
  return {
    voidDays: [...voidDays],
    symbols: JSON.stringify([...symbols.values()]),
    minutes: JSON.stringify([...minutes.values()]),
    gaps: JSON.stringify(gaps),
  };
}
