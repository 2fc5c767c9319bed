import { type RefObject, useEffect, useRef, useState } from 'react';

interface Removable {
  remove(): void;
}

/** Brings what draws a chart, which is not in the first bundle. */
export type LoadChart<Chart extends Removable> = () => Promise<(element: HTMLDivElement) => Chart>;

export interface LoadedChart<Chart> {
  readonly element: RefObject<HTMLDivElement | null>;
  /** Null until its code is here. */
  readonly chart: Chart | null;
  /** Its code could not be loaded. */
  readonly failed: boolean;
  retry(): void;
}

/**
 * A chart in the element, made when its code is here and removed with the component. `join` is called
 * with each chart that is made: another function makes another chart.
 */
export function useLoadedChart<Chart extends Removable>(
  load: LoadChart<Chart>,
  join: (chart: Chart) => void,
): LoadedChart<Chart> {
  const element = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<Chart | null>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    if (failed) return;
    let made: Chart | null = null;
    let gone = false;
    load().then(
      (create) => {
        if (gone || !element.current) return;
        made = create(element.current);
        join(made);
        setChart(made);
      },
      () => setFailed(true),
    );
    return () => {
      gone = true;
      made?.remove();
      setChart(null);
    };
  }, [load, join, failed]);
  return { element, chart, failed, retry: () => setFailed(false) };
}
