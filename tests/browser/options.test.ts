import { beforeAll, expect, test } from '@jest/globals';
import { until, untilChanged } from '../../rig/wait.ts';
import { accessibilityProblems } from '../support/accessibility.ts';
import { complaintsOf, openBrowser } from '../support/browser.ts';
import { screenOf } from '../support/screen.ts';
import { type Service, startService } from '../support/service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});

test('a person opens Options, chooses SPY and an expiry, sees a price move and opens a contract by keyboard', async () => {
  const browser = await openBrowser(service.url, { viewport: { width: 1440, height: 900 } });
  const { page } = browser;
  const { keyboard } = page;
  const screen = screenOf(page);
  const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '');
  await screen.signIn(service.demo);
  await screen.connection('Live').waitFor();

  await page.getByRole('button', { name: /account and theme/ }).click();
  await page.getByRole('menuitem', { name: 'Options' }).click();
  await page.waitForURL('**/options/*');
  await page.getByRole('combobox', { name: 'Underlying' }).fill('SPY');
  await page
    .getByRole('option', { name: /^SPY\b/ })
    .first()
    .click();
  await page.waitForURL('**/options/SPY');
  expect(await page.title()).toBe('SPY options · Tradecast');

  const second = page.getByRole('tab').nth(1);
  await second.click();
  await until(async () => (await second.getAttribute('aria-selected')) === 'true', 'the expiry');
  await page.waitForURL('**/options/SPY?expiry=*');
  const table = page.getByRole('table', { name: /^SPY options that expire on/ });
  await table.waitFor();
  const money = page.getByRole('row').filter({ hasText: 'at the money' });
  await until(async () => await money.isVisible(), 'the strike at the money');
  await untilChanged(() => money.innerText(), 'a number at the money');
  expect(await accessibilityProblems(browser)).toEqual([]);

  await table.locator('a[data-active]').focus();
  await keyboard.press('m');
  const [, strike] = /Call (\S+?)(?:, in the money)?$/.exec(await focused()) ?? [];
  await keyboard.press('ArrowRight');
  expect(await focused()).toContain(`Put ${strike}`);
  const contract = await page.evaluate(
    () => (document.activeElement as HTMLElement | null)?.dataset.contract,
  );
  await keyboard.press('Enter');
  await page.waitForURL(`**/s/${contract}`);

  await page.goBack();
  await table.waitFor();
  // The chain opens where it was left.
  await until(
    async () => (await table.locator('a[data-active]').getAttribute('data-contract')) === contract,
    'the contract that was opened',
  );
  expect(complaintsOf(browser)).toEqual([]);
});

test('a dark phone shows one side of the chain at a time; it fits and is accessible', async () => {
  const viewport = { width: 390, height: 844 };
  const browser = await openBrowser(service.url, { viewport, colorScheme: 'dark' });
  const { page } = browser;
  await screenOf(page).signIn(service.demo);
  await page.goto(`${service.url}/options/AAPL`);
  const table = page.getByRole('table', { name: /^AAPL options that expire on/ });
  await table.waitFor();
  expect(await table.getByRole('link', { name: /^Put/ }).count()).toBe(0);
  await page.getByText('Puts', { exact: true }).click();
  await table.getByRole('link', { name: /^Put/ }).first().waitFor();
  expect(await table.getByRole('link', { name: /^Call/ }).count()).toBe(0);
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
  expect(await accessibilityProblems(browser)).toEqual([]);
  expect(complaintsOf(browser)).toEqual([]);
});

test.each([
  { width: 390, height: 844 },
  { width: 640, height: 400 },
])(
  'at $width × $height an open menu stays inside of the window, and all of it can be reached',
  async (viewport) => {
    const browser = await openBrowser(service.url, { viewport });
    const { page } = browser;
    await screenOf(page).signIn(service.demo);
    await page.goto(`${service.url}/options/SPY`);
    for (const name of ['Columns', /account and theme/]) {
      const opener = page.getByRole('button', { name });
      await opener.click();
      const menu = page.getByRole('menu');
      await menu.waitFor();
      const box = (await menu.boundingBox())!;
      expect(box.y).toBeGreaterThanOrEqual(0);
      expect(box.y + box.height).toBeLessThanOrEqual(viewport.height);
      await page.keyboard.press('End');
      const last = (await menu.locator('[role^=menuitem]').last().boundingBox())!;
      expect(last.y + last.height).toBeLessThanOrEqual(viewport.height);
      await page.keyboard.press('Escape');
      await menu.waitFor({ state: 'detached' });
    }
  },
);

test('the table stays where it is while the notice of standing prices comes and goes', async () => {
  const { page } = await openBrowser(service.url, { viewport: { width: 1280, height: 800 } });
  const screen = screenOf(page);
  let held = false;
  await page.clock.install();
  await page.routeWebSocket(/socket\.io/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((message) => {
      if (!held || !String(message).includes('option:update')) socket.send(message);
    });
  });
  await screen.signIn(service.demo);
  await screen.connection('Live').waitFor();
  await page.goto(`${service.url}/options/SPY`);
  const table = page.getByRole('table', { name: /^SPY options that expire on/ });
  await table.waitFor();
  const money = page.getByRole('row').filter({ hasText: 'at the money' });
  await untilChanged(() => money.innerText(), 'a number at the money');
  const top = async () => (await table.boundingBox())?.y;
  const before = await top();
  held = true;
  await page.clock.fastForward(16_000);
  const notice = page.getByText(/^No price of this chain has come for/);
  await notice.waitFor();
  expect(await top()).toBe(before);
  held = false;
  await notice.waitFor({ state: 'hidden' });
  expect(await top()).toBe(before);
});
