import { type Decimal, decimal } from '../../../lib/decimal.ts';
import { newYorkTime } from '../../../protocol/new-york.ts';
import { instrumentOf } from '../../instrument/instrument.ts';
import type { Split } from '../../market/splits.ts';

/** The share of a symbol: that of a contract is named by its root, which ends with a digit where it is adjusted. */
export function shareOf(symbol: string): string {
  const { kind, root } = instrumentOf(symbol);
  return kind === 'option' ? root.replace(/\d+$/, '') : symbol;
}

/**
 * How many units one of `from` is at `to`, milliseconds since epoch. Null for a contract on a share that was split between
 * them: its symbol stands for something else since.
 */
export type RatioOf = (symbol: string, from: number, to: number) => Decimal | null;

const ONE = decimal(1);

export function createRatioOf(splits: readonly Split[]): RatioOf {
  const byShare = Map.groupBy(splits, ({ symbol }) => symbol);
  return (symbol, from, to) => {
    const share = shareOf(symbol);
    const between = (byShare.get(share) ?? []).filter(({ day }) => {
      const at = newYorkTime(day, 0);
      return at > from && at <= to;
    });
    if (between.length > 0 && share !== symbol) return null;
    return between.reduce((ratio, split) => ratio.times(decimal(split.to)).div(decimal(split.from)), ONE);
  };
}
