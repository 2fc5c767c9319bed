import { type RefObject, useEffect, useRef, useState } from 'react';
import type { CreatePriceChart, PriceChart } from './price-chart.ts';

export type LoadPriceChart = () => Promise<CreatePriceChart>;

export interface LoadedChart {
  readonly element: RefObject<HTMLDivElement | null>;
  /** Null until its code is here. */
  readonly chart: PriceChart | null;
  /** Its code could not be loaded. */
  readonly failed: boolean;
  retry(): void;
}

/** A chart in the element, made when its code is here and removed with the component. */
export function usePriceChart(
  load: LoadPriceChart,
  onHover: (time: number | null) => void,
  onNearStart: () => void,
): LoadedChart {
  const element = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<PriceChart | null>(null);
  const [failed, setFailed] = useState(false);

  useEffect(() => {
    if (failed) return;
    let made: PriceChart | null = null;
    let gone = false;
    load().then(
      (create) => {
        if (gone || !element.current) return;
        made = create(element.current);
        made.onHover(onHover);
        made.onNearStart(onNearStart);
        setChart(made);
      },
      () => setFailed(true),
    );
    return () => {
      gone = true;
      made?.remove();
      setChart(null);
    };
  }, [load, onHover, onNearStart, failed]);

  return { element, chart, failed, retry: () => setFailed(false) };
}
