import type { Page } from 'playwright-core';
import { until } from '../../rig/wait.ts';

/** From the narrowest phone to the widest desk, with a width in each range of the tables' columns. */
export const WIDTHS = [320, 390, 480, 640, 768, 820, 1024, 1280, 1440, 1920, 2560] as const;

/**
 * What is wrong with the tables of a page: cells that their content does not fit, numbers that break over two lines, heads
 * that do not end where the numbers below them end, and a last column that is not as far from the border as the first.
 */
const faultsNow = (page: Page, only: string | undefined): Promise<string[]> =>
  page.evaluate((only) => {
    const faults: string[] = [];
    const isShown = (element: Element) => element.getClientRects().length > 0;
    /** Where the text in an element ends, pixels from the left. */
    const endOf = (element: Element): number | null => {
      const range = document.createRange();
      const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
      let end: number | null = null;
      for (let text = texts.nextNode(); text; text = texts.nextNode()) {
        if (text.parentElement?.closest('.sr-only, [aria-hidden=true]')) continue;
        range.selectNodeContents(text);
        for (const { right, width } of range.getClientRects())
          if (width > 0) end = Math.max(end ?? right, right);
      }
      return end;
    };
    const brokenNumbers = (cell: Element): string[] => {
      const range = document.createRange();
      const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
      const broken: string[] = [];
      for (let text = texts.nextNode(); text; text = texts.nextNode()) {
        for (const { 0: number, index } of text.textContent?.matchAll(/[$+−]*\d[\d,.:]*%?/g) ?? []) {
          range.setStart(text, index);
          range.setEnd(text, index + number.length);
          if (new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 1)
            broken.push(number);
        }
      }
      return broken;
    };
    for (const table of document.querySelectorAll('table')) {
      const name = table.getAttribute('aria-label') ?? table.caption?.textContent ?? '';
      if (only !== undefined && name !== only) continue;
      for (const row of table.rows) {
        const cells = [...row.cells].filter(isShown);
        for (const cell of cells) {
          if (cell.scrollWidth > cell.clientWidth + 1)
            faults.push(`${name}: ${cell.textContent} does not fit`);
          for (const number of brokenNumbers(cell)) faults.push(`${name}: ${number} breaks`);
          const head = table.rows[0]?.cells[cell.cellIndex];
          if (!head || cell === head || getComputedStyle(cell).textAlign !== 'right') continue;
          const [above, below] = [endOf(head), endOf(cell)];
          if (
            above !== null &&
            below !== null &&
            Math.abs(above - below) > 1.5 &&
            !cell.querySelector('button')
          )
            faults.push(`${name}: ${head.textContent} ends at ${above}, ${cell.textContent} at ${below}`);
        }
        const [first, last] = [cells[0], cells.at(-1)];
        if (!first || !last || first === last) continue;
        const [left, right] = [getComputedStyle(first).paddingLeft, getComputedStyle(last).paddingRight];
        if (left !== right)
          faults.push(`${name}: ${left} at the left, ${right} at the right of ${last.textContent}`);
      }
    }
    if (document.documentElement.scrollWidth > window.innerWidth) faults.push('The page scrolls sideways.');
    return [...new Set(faults)];
  }, only);

/** Those that stay, of `only` the table of this name: a page lays its tables out anew a moment after its width has changed. */
export async function tableFaults(page: Page, only?: string): Promise<string[]> {
  let faults: string[] = [];
  const fits = async () => {
    faults = await faultsNow(page, only);
    return faults.length === 0;
  };
  await until(fits, 'tables without a fault').catch(() => {});
  return faults;
}
