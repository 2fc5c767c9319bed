import { beforeAll, describe, expect, test } from '@jest/globals';
import { until } from '../../rig/wait.ts';
import { accessibilityProblems } from '../support/accessibility.ts';
import { complaintsOf, openBrowser } from '../support/browser.ts';
import { type Screen, screenOf } from '../support/screen.ts';
import { type Service, startService } from '../support/service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});

const choose = async ({ page }: Screen, item: string): Promise<void> => {
  await page.getByRole('button', { name: /account and theme/ }).click();
  await page.getByRole('menuitem', { name: item }).click();
};

describe.each([
  { name: 'a wide light screen', viewport: { width: 1440, height: 900 }, colorScheme: 'light' },
  { name: 'a dark phone', viewport: { width: 390, height: 844 }, colorScheme: 'dark' },
] as const)('on $name', ({ viewport, colorScheme }) => {
  test('the demo account, an administrator, sees the service as it is, accessible and without a complaint', async () => {
    const browser = await openBrowser(service.url, { viewport, colorScheme });
    const { page } = browser;
    const screen = screenOf(page);
    await screen.signIn(service.demo);
    await screen.connection('Live').waitFor();
    await choose(screen, 'Monitor');
    const row = page.getByRole('table', { name: 'Replicas' }).getByRole('row').nth(1);
    await row.getByText('Running').waitFor();
    expect(await row.innerText()).toContain('Engine');
    expect(await page.title()).toBe('Monitor · Tradecast');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Monitor');

    const figure = (label: string) =>
      page
        .locator('dt', { hasText: new RegExp(`^${label}$`) })
        .locator('+ dd')
        .first();
    expect(await figure('Connections').innerText()).toBe('1');
    expect(await figure('Redis').innerText()).toBe('Not used');
    await until(
      async () => Number.parseInt(await figure('Quotes a second').innerText(), 10) > 0,
      'quotes flow',
    );
    expect(await page.getByText(/^Updated \d s ago by/).count()).toBe(1);

    expect(await accessibilityProblems(browser)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
    await page.reload();
    await page.getByRole('table', { name: 'Replicas' }).waitFor();
    await page.getByRole('link', { name: 'Back to trading' }).click();
    await screen.panel('Portfolio').waitFor();
    expect(complaintsOf(browser)).toEqual([]);
    await browser.close();
  });
});

test('a member has no Monitor; who changes the password stays, and every other device is signed out', async () => {
  const [here, elsewhere] = await Promise.all([openBrowser(service.url), openBrowser(service.url)]);
  const [screen, other] = [screenOf(here.page), screenOf(elsewhere.page)];
  const password = 'a first long password';
  await screen.signUp('grace', password);
  await other.signIn({ username: 'grace', password });
  await here.page.getByRole('button', { name: /account and theme/ }).click();
  expect(await here.page.getByRole('menuitem', { name: 'Monitor' }).count()).toBe(0);
  await here.page.keyboard.press('Escape');

  await choose(screen, 'Change password…');
  const { keyboard } = here.page;
  await here.page.getByRole('dialog', { name: 'Change password' }).waitFor();
  for (const typed of [password, 'a second long password', 'a second long password']) {
    await keyboard.type(typed);
    await keyboard.press('Tab');
  }
  await keyboard.press('Shift+Tab');
  await keyboard.press('Enter');
  await screen.toast('Password changed').waitFor();
  await elsewhere.page.getByRole('heading', { name: 'Sign in' }).waitFor();
  expect(await screen.panel('Portfolio').isVisible()).toBe(true);
  await other.signIn({ username: 'grace', password: 'a second long password' });
});

test('without the service the page keeps its last values and says how old they are', async () => {
  const browser = await openBrowser(service.url);
  const { page } = browser;
  const screen = screenOf(page);
  await screen.signIn(service.demo);
  await choose(screen, 'Monitor');
  await page.getByRole('table', { name: 'Replicas' }).waitFor();
  await service.kill();
  await page.getByText(/^Values are \d+ s old, from/).waitFor();
  await page
    .getByText('The server does not answer. Check your connection.')
    .filter({ visible: true })
    .first()
    .waitFor();
  expect(await page.getByRole('table', { name: 'Replicas' }).isVisible()).toBe(true);
  await service.restart();
  await page.getByText(/^Updated \d s ago by/).waitFor();
  await browser.close();
});
