import { beforeAll, expect, test } from '@jest/globals';
import type { Locator } from 'playwright-core';
import { sendHook } from '../../rig/clients/hooks.ts';
import { complaintsOf, openBrowser } from '../support/browser.ts';
import { screenOf } from '../support/screen.ts';
import { type Service, startService } from '../support/service.ts';
import { tableFaults, WIDTHS } from './layout.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});

/** Over how many lines the text of an element goes. */
const linesOf = (text: Locator): Promise<number> =>
  text.evaluate((element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    return new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size;
  });

const POSITIONS = [
  { symbol: 'O:AAPL261218C00200000', quantity: 2, averagePrice: 3.5, price: 4 },
  { symbol: 'X:BTCUSD', quantity: 0.25, averagePrice: 60_000, price: 65_000 },
  { symbol: 'BRK.A', quantity: -1, averagePrice: 699_000, price: 701_234.5 },
  { symbol: 'family 👨‍👩‍👧', quantity: 1, averagePrice: 5, price: 0 },
];

test('a reported portfolio of dear, short and oddly named positions fits at each width', async () => {
  const browser = await openBrowser(service.url);
  const { page } = browser;
  const screen = screenOf(page);
  await screen.signUp('reported', 'correct horse battery');
  const userId = await screen.userId();
  const portfolio = { totalValue: 100_000, cash: -0.000_01, dayChange: -0.001, positions: POSITIONS };
  await sendHook(service.url, '/hooks/portfolio', { eventId: 'reported-1', userId, portfolio });
  const name = page.getByRole('button', { name: 'AAPL 18 Dec 2026 200 call' });
  await name.waitFor();
  await screen.panel('Portfolio').getByText('family 👨‍👩‍👧').waitFor();
  expect(await screen.panel('Portfolio').innerText()).not.toContain('−$0.00');
  expect(await name.evaluate((button) => getComputedStyle(button).textAlign)).toBe('left');
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 1000 });
    expect([width, await tableFaults(page, 'Positions')]).toEqual([width, []]);
    expect(await linesOf(name)).toBeLessThanOrEqual(2);
  }
  expect(complaintsOf(browser)).toEqual([]);
});
