import { useLayoutEffect, useRef } from 'react';

/**
 * For a button in the last cell of a row that its own action removes: hands the focus to the same button of the
 * next row, the previous one, or else to the panel's first field. On <body> a keyboard would start all over.
 */
export function useFocusHeir() {
  const element = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    const own = element.current;
    return () => {
      if (!own || document.activeElement !== own) return;
      const row = own.closest('tr');
      const neighbour = row?.nextElementSibling ?? row?.previousElementSibling;
      const heir =
        neighbour?.querySelector<HTMLElement>('td:last-child button') ??
        own.closest('section')?.querySelector<HTMLElement>('input');
      heir?.focus({ preventScroll: true });
    };
  }, []);
  return element;
}
