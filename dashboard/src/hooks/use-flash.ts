import { useEffect, useRef } from 'react';

const FLASH_MS = 500;
/** A flash that starts over at every tick is a lamp that never goes out. */
const QUIET_MS = 1_500;
const CALM = '(prefers-reduced-motion: reduce)';

/** Tints the element for a moment when the price moves, unless the reader asked for less motion. */
export function useFlash<T extends HTMLElement>(price: number | undefined) {
  const element = useRef<T>(null);
  const before = useRef(price);
  const quietUntil = useRef(0);

  useEffect(() => {
    const last = before.current;
    before.current = price;
    if (last === undefined || price === undefined || price === last) return;
    const now = performance.now();
    if (now < quietUntil.current || window.matchMedia(CALM).matches) return;
    quietUntil.current = now + QUIET_MS;
    const tint = price > last ? 'var(--up-soft)' : 'var(--down-soft)';
    element.current?.animate([{ backgroundColor: tint }, { backgroundColor: 'transparent' }], FLASH_MS);
  }, [price]);

  return element;
}
