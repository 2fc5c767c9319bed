import { type RefObject, useEffect, useLayoutEffect, useState } from 'react';
import type { Sight } from './rows-in-sight.ts';

export interface SightOptions {
  readonly scroller: RefObject<HTMLElement | null>;
  readonly count: number;
  /** Pixels. */
  readonly rowHeight: number;
  /** Pixels that the head covers at the top. */
  readonly headHeight: number;
}

/** Pixels of one rem, as the reader's browser has it. */
export const remPixels = (): number =>
  Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;

/** Height of the rows' window; before the first layout that of the screen. */
export const bodyHeight = (scroller: HTMLElement, headHeight: number): number =>
  (scroller.clientHeight || window.innerHeight) - headHeight;

/** The rows that the scroller shows. */
export function useSight({ scroller, count, rowHeight, headHeight }: SightOptions): Sight {
  const [sight, setSight] = useState<Sight>({ first: 0, last: 0 });

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const look = () => {
      const first = Math.max(0, Math.floor(element.scrollTop / rowHeight));
      const last = Math.ceil((element.scrollTop + bodyHeight(element, headHeight)) / rowHeight) - 1;
      const next = { first: Math.min(first, count - 1), last: Math.min(last, count - 1) };
      setSight((before) => (before.first === next.first && before.last === next.last ? before : next));
    };
    look();
    element.addEventListener('scroll', look, { passive: true });
    window.addEventListener('resize', look);
    return () => {
      element.removeEventListener('scroll', look);
      window.removeEventListener('resize', look);
    };
  }, [scroller, count, rowHeight, headHeight]);

  return sight;
}

/** The part of it that is on the screen; all of it where that is next to nothing. */
function seenHeight(scroller: HTMLElement, headHeight: number): number {
  const all = bodyHeight(scroller, headHeight);
  const seen = window.innerHeight - scroller.getBoundingClientRect().top - headHeight;
  return seen > headHeight ? Math.min(all, seen) : all;
}

export interface OpenAt {
  /** The row that comes to the middle; null before it is known. */
  readonly index: number | null;
  /** Whether the middle of each row, too, comes to the middle. */
  readonly centred: boolean;
}

/** Scrolls to a row once for each key: the reader's own scrolling is never undone. */
export function useOpenAt(
  { scroller, rowHeight, headHeight }: Omit<SightOptions, 'count'>,
  key: string,
  { index, centred }: OpenAt,
): void {
  const [done, setDone] = useState<string | null>(null);
  useEffect(() => {
    const element = scroller.current;
    if (!element || index === null || done === key) return;
    setDone(key);
    element.scrollTop = (index + 0.5) * rowHeight - seenHeight(element, headHeight) / 2;
    element.scrollLeft = centred ? (element.scrollWidth - element.clientWidth) / 2 : 0;
  }, [scroller, rowHeight, headHeight, key, index, centred, done]);
}
