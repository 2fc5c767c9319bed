import { useCallback } from 'react';
import { type LoadedChart, useLoadedChart } from '../../hooks/use-loaded-chart.ts';
import type { CreatePriceChart, PriceChart } from './price-chart.ts';

export type LoadPriceChart = () => Promise<CreatePriceChart>;

/** The chart of prices, which tells what is pointed at and when its first bar comes into sight. */
export function usePriceChart(
  load: LoadPriceChart,
  onHover: (time: number | null) => void,
  onNearStart: () => void,
): LoadedChart<PriceChart> {
  const join = useCallback(
    (chart: PriceChart) => {
      chart.onHover(onHover);
      chart.onNearStart(onNearStart);
    },
    [onHover, onNearStart],
  );
  return useLoadedChart(load, join);
}
