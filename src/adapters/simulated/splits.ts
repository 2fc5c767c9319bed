import type { Bar } from '../../domain/market/bars.ts';
import { afterSplit, type Split, type SplitCalendar } from '../../domain/market/splits.ts';

/** The splits that a script gives the simulated market. */
export type SplitScript = readonly Split[];

export const createSimulatedSplits = (script: SplitScript): SplitCalendar => ({
  splits: async (symbol, from, to) =>
    script.filter((split) => split.symbol === symbol && split.day >= from && split.day <= to),
});

/** The shares that one share of the beginning is on a day (2026-01-05): 1 before the first split. */
export const shareRatio = (script: SplitScript, symbol: string, date: string): number =>
  script
    .filter((split) => split.symbol === symbol && split.day <= date)
    .reduce((ratio, { from, to }) => (ratio * to) / from, 1);

/** A bar of one day, in shares of another. */
export function inSharesOf<B extends Bar>(bar: B, before: number, after: number): B {
  if (before === after) return bar;
  const ratio = { symbol: '', day: '', from: before, to: after };
  const price = (value: number): number => afterSplit(value, ratio);
  return {
    ...bar,
    ...{ open: price(bar.open), high: price(bar.high), low: price(bar.low), close: price(bar.close) },
    volume: (bar.volume * after) / before,
    ...(bar.vwap !== undefined && { vwap: price(bar.vwap) }),
  };
}
