import { useStore } from 'zustand';
import { useSharedStores } from '../../hooks/shared-stores.tsx';
import { useDesk } from '../../hooks/websocket-context.tsx';
import { marketDay } from '../../lib/format.ts';

/** The day of the minutes shown where it is not today, as in a replay; null where it is. */
export function useOtherDay(symbol: string): string | null {
  const { timers } = useDesk();
  const { candles } = useSharedStores();
  const last = useStore(candles, ({ bySymbol }) => bySymbol[symbol]?.bars.at(-1)?.time);
  if (last === undefined) return null;
  const day = marketDay(last * 1_000);
  return day === marketDay(timers.now()) ? null : day;
}
