import { beforeAll, expect, test } from '@jest/globals';
import { until } from '../../rig/wait.ts';
import { accessibilityProblems } from '../support/accessibility.ts';
import { complaintsOf, openBrowser } from '../support/browser.ts';
import { screenOf } from '../support/screen.ts';
import { type Service, startService } from '../support/service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});

const pathOf = (url: string) => new URL(url).pathname;

test('a visitor at a symbol’s address signs in and lands there; back and forward follow the symbols', async () => {
  const browser = await openBrowser(`${service.url}/s/MSFT`);
  const { page } = browser;
  const screen = screenOf(page);
  const chart = page.locator('#chart-title');
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  expect(await page.title()).toBe('Sign in · Tradecast');
  await screen.signIn(service.demo);
  await until(async () => (await chart.innerText()) === 'MSFT', 'the symbol of the address');
  expect(pathOf(page.url())).toBe('/s/MSFT');
  expect(await page.title()).toBe('MSFT · Tradecast');
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H1');

  await screen.panel('Watchlist').getByRole('button', { name: 'AAPL', exact: true }).click();
  await page.waitForURL('**/s/AAPL');
  expect(await page.title()).toBe('AAPL · Tradecast');
  await page.goBack();
  await until(async () => (await chart.innerText()) === 'MSFT', 'the symbol before');
  await page.goForward();
  await until(async () => (await chart.innerText()) === 'AAPL', 'the symbol after');
  await page.reload();
  await until(async () => (await chart.innerText()) === 'AAPL', 'the same symbol after a reload');
  expect(complaintsOf(browser)).toEqual([]);
});

test('pages have paths, titles and a heading that takes the focus, with the keyboard as well', async () => {
  const browser = await openBrowser(service.url);
  const { page } = browser;
  const screen = screenOf(page);
  const focused = () => page.evaluate(() => document.activeElement?.textContent);
  await screen.signIn(service.demo);
  expect(await page.title()).toBe('Trading · Tradecast');
  await page.getByRole('button', { name: /account and theme/ }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('menuitem', { name: 'Monitor' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('table', { name: 'Replicas' }).waitFor();
  expect([pathOf(page.url()), await page.title(), await focused()]).toEqual([
    '/monitor',
    'Monitor · Tradecast',
    'Monitor',
  ]);
  await page.goBack();
  await screen.panel('Portfolio').waitFor();
  expect([pathOf(page.url()), await page.title(), await focused()]).toEqual([
    '/',
    'Trading · Tradecast',
    'Trading',
  ]);
  await page.goForward();
  await page.getByRole('table', { name: 'Replicas' }).waitFor();
  await page.getByRole('link', { name: 'Back to trading' }).press('Enter');
  await screen.panel('Portfolio').waitFor();
  expect(complaintsOf(browser)).toEqual([]);
});

test('an address without a page is answered with 404 and says so, to visitors and to readers', async () => {
  const browser = await openBrowser(service.url);
  const { page } = browser;
  const screen = screenOf(page);
  const notFound = page.getByRole('heading', { level: 1, name: 'Page not found' });
  const visit = async () => {
    const answer = await page.goto(`${service.url}/nowhere`);
    await notFound.waitFor();
    expect(answer?.status()).toBe(404);
    expect(await page.title()).toBe('Page not found · Tradecast');
    expect(await accessibilityProblems(browser)).toEqual([]);
  };
  await visit();
  await page.getByRole('link', { name: 'the trading desk' }).click();
  await screen.signIn(service.demo);
  await visit();
  await page.getByRole('link', { name: 'the trading desk' }).click();
  await screen.panel('Portfolio').waitFor();
  expect(pathOf(page.url())).toBe('/');
  // The browser reports the two 404 answers as errors of its own.
  expect(complaintsOf(browser).filter((text) => !/status of 404.*\/nowhere/.test(text))).toEqual([]);
});

test('the menu leads to the page that tests the API, where everything works', async () => {
  const browser = await openBrowser(service.url);
  const { page } = browser;
  const screen = screenOf(page);
  await screen.signIn(service.demo);
  await page.getByRole('button', { name: /account and theme/ }).click();
  await page.getByRole('menuitem', { name: 'Test API' }).click();
  await page.waitForURL('**/dashboard/test');
  expect(await page.title()).toBe('Test API · Tradecast');
  await screen.panel('WebSocket status').getByText('Connected').waitFor();
  await page.getByRole('button', { name: 'Fetch Quote' }).click();
  await screen
    .panel('REST API')
    .getByText(/^Volume [\d,]+/)
    .waitFor();
  const cards = screen.panel('Real-time quotes').getByRole('listitem');
  for (const symbol of ['AAPL', 'TSLA', 'NVDA'])
    await cards
      .filter({ hasText: symbol })
      .getByText(/^\$[\d,.]+$/)
      .waitFor();
  await screen
    .panel('Frame log')
    .getByText(/"quote:update"/)
    .first()
    .waitFor();
  await page.getByRole('button', { name: 'Pause' }).click();
  expect(await accessibilityProblems(browser)).toEqual([]);
  expect(complaintsOf(browser)).toEqual([]);
});

test('the page of the API needs no session, no script and nothing of another origin', async () => {
  const browser = await openBrowser(`${service.url}/docs/api`);
  const { page } = browser;
  const origins = new Set<string>();
  page.on('request', (request) => origins.add(new URL(request.url()).origin));
  await page.reload();
  await page.getByRole('heading', { level: 1, name: 'Tradecast API' }).waitFor();
  await page.getByText('The quote of any symbol').click();
  await page.getByRole('link', { name: 'MarketQuotePayload' }).first().click();
  await page.getByRole('heading', { level: 3, name: 'MarketQuotePayload' }).waitFor();
  expect(await page.evaluate(() => getComputedStyle(document.body).maxWidth)).not.toBe('none');
  expect([...origins]).toEqual([new URL(service.url).origin]);
  expect(await accessibilityProblems(browser)).toEqual([]);
  expect(complaintsOf(browser)).toEqual([]);
});

test('a member at an administrator’s address is told so; signing out leads to the sign-in’s own', async () => {
  const browser = await openBrowser(`${service.url}/monitor`);
  const { page } = browser;
  await page.getByRole('button', { name: 'Create an account' }).click();
  await page.getByLabel('User name').fill('mary');
  await page.getByLabel('Password').fill('a long enough password');
  await page.getByRole('button', { name: 'Create account', exact: true }).click();
  await page.getByText('This page is for administrators').waitFor();
  expect(await accessibilityProblems(browser)).toEqual([]);
  await page.getByRole('link', { name: 'Back to trading' }).click();
  await screenOf(page).panel('Portfolio').waitFor();
  await page.getByRole('button', { name: /account and theme/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.waitForURL('**/login');
  // Requests under way when the session ended are answered with 401.
  expect(complaintsOf(browser).filter((text) => !/status of 401/.test(text))).toEqual([]);
});
