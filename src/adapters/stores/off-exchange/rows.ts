import type { Print } from '../../../domain/off-exchange/print.ts';
import type { SumsCommit } from '../../../domain/off-exchange/sums-store.ts';
import type {
  MinuteTotals,
  SymbolChange,
  SymbolDay,
  Totals,
} from '../../../domain/off-exchange/symbol-sums.ts';
import { fromDollars, toDollars } from './numbers.ts';

interface AmountColumns {
  bullish: string;
  bearish: string;
  unknown: string;
  prints: number;
}

export interface SymbolRow extends AmountColumns {
  symbol: string;
  late_prints: number;
  late_notional: string;
  /** Null where none was large enough. */
  largest: readonly PrintRow[] | null;
  sequence: number;
  updated_at: Date;
}

export interface MinuteRow extends AmountColumns {
  minute: Date;
}

/** A print as JSON. */
type PrintRow = Omit<Print, 'notional' | 'symbol'> & { readonly notional: string };

const toPrintRow = ({ symbol: _symbol, notional, ...print }: Print): PrintRow => ({
  ...print,
  notional: toDollars(notional),
});

const toPrint = (symbol: string, { notional, ...row }: PrintRow): Print => ({
  ...row,
  symbol,
  notional: fromDollars(notional),
});

const toTotals = ({ bullish, bearish, unknown, prints }: AmountColumns): Totals => ({
  bullish: fromDollars(bullish),
  bearish: fromDollars(bearish),
  unknown: fromDollars(unknown),
  prints,
});
const toColumns = ({ bullish, bearish, unknown, prints }: Totals): AmountColumns => ({
  bullish: toDollars(bullish),
  bearish: toDollars(bearish),
  unknown: toDollars(unknown),
  prints,
});

export const toMinute = (row: MinuteRow): MinuteTotals => ({ start: row.minute.getTime(), ...toTotals(row) });

export const toSymbolDay = (row: SymbolRow): SymbolDay => ({
  symbol: row.symbol,
  totals: toTotals(row),
  largest: (row.largest ?? []).map((print) => toPrint(row.symbol, print)),
  late: { prints: row.late_prints, notional: fromDollars(row.late_notional) },
  sequence: row.sequence,
  updatedAt: row.updated_at.getTime(),
});

/** As text; null leaves what is stored: for most changes they are the same as before, and they are most of the bytes. */
const largestOf = ({ largest }: SymbolChange): string | null =>
  largest && JSON.stringify(largest.map(toPrintRow));

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
        ...toColumns(one.totals),
        late_prints: one.late.prints,
        late_notional: toDollars(one.late.notional),
        largest: largestOf(one),
        sequence: one.sequence,
        updated_at: new Date(one.updatedAt),
      });
      for (const minute of one.minutes)
        minutes.set(`${day} ${one.symbol} ${minute.start}`, {
          day,
          symbol: one.symbol,
          minute: new Date(minute.start),
          ...toColumns(minute),
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

/** As JSON: when which symbols were first followed. */
export const followsOf = ({ follows }: Pick<SumsCommit, 'follows'>): string =>
  JSON.stringify(follows.map(({ since, ...follow }) => ({ ...follow, since: new Date(since) })));

/** Its columns behind the source. */
export const wholeMarketOf = ({ day, since, until }: NonNullable<SumsCommit['wholeMarket']>) => [
  day,
  new Date(since),
  until === null ? null : new Date(until),
];
