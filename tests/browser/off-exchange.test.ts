import { beforeAll, expect, test } from '@jest/globals';
import { until, untilChanged } from '../../rig/wait.ts';
import { accessibilityProblems } from '../support/accessibility.ts';
import { complaintsOf, openBrowser } from '../support/browser.ts';
import { type NoSocketsProxy, startNoSocketsProxy } from '../support/no-sockets-proxy.ts';
import { screenOf } from '../support/screen.ts';
import { type Service, startService } from '../support/service.ts';
import { tableFaults, WIDTHS } from './layout.ts';

let service: Service;
let proxy: NoSocketsProxy;
beforeAll(async () => {
  service = await startService();
  proxy = await startNoSocketsProxy(service.port);
});

test('a person opens Off-exchange by the menu: amounts move, a symbol shows its minutes, a restart keeps the day’s sums', async () => {
  const browser = await openBrowser(service.url, { viewport: { width: 1440, height: 900 } });
  const { page } = browser;
  const screen = screenOf(page);
  await screen.signIn(service.demo);
  await screen.connection('Live').waitFor();
  await page.getByRole('button', { name: /account and theme/ }).click();
  await page.getByRole('menuitem', { name: 'Off-exchange' }).click();
  await page.waitForURL('**/off-exchange');
  expect(await page.title()).toBe('Off-exchange · Tradecast');
  const table = page.getByRole('table', { name: 'Off-exchange totals by symbol' });
  const row = (symbol: string) =>
    table.getByRole('row').filter({ has: page.getByRole('button', { name: symbol, exact: true }) });
  await row('AAPL').waitFor();
  await untilChanged(() => row('AAPL').innerText(), 'the amounts of AAPL');

  await row('AAPL').getByRole('button').press('Enter');
  await page.waitForURL('**/off-exchange?symbol=AAPL');
  const day = screen.panel('AAPL by minute');
  const chart = day.getByRole('group', { name: /^Off-exchange amounts of AAPL by minute/ });
  await chart.locator('canvas').first().waitFor();
  await chart.focus();
  await page.keyboard.press('End');
  await day.getByText(/^\d\d:\d\d, bullish \$[\d,.]+, bearish/).waitFor({ state: 'attached' });
  await day.getByText(/^Summed since /).waitFor();
  expect(await accessibilityProblems(browser)).toEqual([]);
  expect(complaintsOf(browser)).toEqual([]);

  const bullish = async () =>
    Number(
      (await row('AAPL').getByRole('cell').first().locator('span').first().getAttribute('title'))?.replaceAll(
        /[$,]/g,
        '',
      ),
    );
  // What is committed once a second outlives the process.
  await until(async () => (await bullish()) > 0, 'a bullish amount');
  await service.stop();
  const before = await bullish();
  await screen.connection('Reconnecting').waitFor();
  await service.restart();
  await screen.connection('Live').waitFor();
  await untilChanged(() => row('AAPL').innerText(), 'the amounts after the restart');
  expect(await bullish()).toBeGreaterThanOrEqual(before);
});

test('where no socket gets through, the page polls the amounts, says so, and returns to live when it can', async () => {
  const { page } = await openBrowser(proxy.url);
  const screen = screenOf(page);
  await screen.signIn(service.demo);
  await screen.connection('Live').waitFor();
  await page.goto(`${proxy.url}/off-exchange`);
  const table = page.getByRole('table', { name: 'Off-exchange totals by symbol' });
  await table.getByRole('button', { name: 'AAPL', exact: true }).waitFor();
  proxy.block();
  await screen.connection('Polling').waitFor();
  await page.getByText(/^No live connection: the amounts are fetched every 5 seconds/).waitFor();
  const row = table.getByRole('row').filter({ has: page.getByRole('button', { name: 'AAPL', exact: true }) });
  await untilChanged(() => row.innerText(), 'the amounts of AAPL');
  proxy.unblock();
  await screen.connection('Live').waitFor();
  expect(await page.getByText(/^No live connection/).count()).toBe(0);
});

test.each([
  { width: 390, height: 844, colorScheme: 'dark' },
  { width: 2560, height: 1440, colorScheme: 'light' },
] as const)('at $width pixels the page fits and is accessible', async ({ colorScheme, ...viewport }) => {
  const browser = await openBrowser(service.url, { viewport, colorScheme });
  const { page } = browser;
  await screenOf(page).signIn(service.demo);
  await page.goto(`${service.url}/off-exchange?symbol=NVDA`);
  await page.getByRole('table', { name: 'Off-exchange totals by symbol' }).waitFor();
  await screenOf(page).panel('NVDA by minute').waitFor();
  await screenOf(page).panel('NVDA by minute').getByText('Charts by TradingView').waitFor();
  expect(await accessibilityProblems(browser)).toEqual([]);
  for (const width of WIDTHS) {
    await page.setViewportSize({ ...viewport, width });
    expect([width, await tableFaults(page)]).toEqual([width, []]);
  }
  expect(complaintsOf(browser)).toEqual([]);
});
