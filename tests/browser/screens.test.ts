import { beforeAll, describe, expect, test } from '@jest/globals';
import { until } from '../../rig/wait.ts';
import { accessibilityProblems } from '../support/accessibility.ts';
import { complaintsOf, openBrowser } from '../support/browser.ts';
import { screenOf } from '../support/screen.ts';
import { type Service, startService } from '../support/service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});

describe.each([
  { name: 'a wide light screen', viewport: { width: 1440, height: 900 }, colorScheme: 'light' },
  { name: 'a dark phone', viewport: { width: 390, height: 844 }, colorScheme: 'dark' },
] as const)('on $name', ({ viewport, colorScheme }) => {
  test('every view keeps its content security policy, has a clean console, fits and is accessible', async () => {
    const browser = await openBrowser(service.url, { viewport, colorScheme });
    const { page } = browser;
    const screen = screenOf(page);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(await accessibilityProblems(browser)).toEqual([]);

    await screen.signIn(service.demo);
    await screen.connection('Live').waitFor();
    for (const view of ['Portfolio', 'Watchlist', 'Trade', 'Activity']) {
      const tab = page.getByRole('navigation', { name: 'Views' }).getByRole('button', { name: view });
      if (await tab.isVisible()) await tab.click();
      expect(await accessibilityProblems(browser)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
    }
    expect(complaintsOf(browser)).toEqual([]);
  });
});

test('with the keyboard alone one signs in and places an order', async () => {
  const browser = await openBrowser(service.url);
  const { page } = browser;
  const screen = screenOf(page);
  const { keyboard } = page;
  /** `input Quantity`, `button Buy 2 KO`: what has the focus, as its label or text says. */
  const focused = (): Promise<string> =>
    page.evaluate(() => {
      const element = document.activeElement as HTMLInputElement | null;
      const name = element?.labels?.[0]?.textContent ?? element?.textContent;
      return `${element?.tagName.toLowerCase()} ${name}`;
    });
  const tabTo = async (control: string): Promise<void> => {
    for (let presses = 0; (await focused()) !== control; presses++) {
      if (presses > 80) throw new Error(`Tab never reaches "${control}"`);
      await keyboard.press('Tab');
    }
  };

  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await tabTo('input User name');
  await keyboard.type(service.demo.username);
  await tabTo('input Password');
  await keyboard.type(service.demo.password);
  await keyboard.press('Enter');
  await screen.panel('Portfolio').waitFor();

  await tabTo('input Symbol');
  await keyboard.type('KO');
  await screen.panel('Order').getByRole('option', { name: /^KO\b/ }).first().waitFor();
  await keyboard.press('Enter');
  await tabTo('input Quantity');
  await keyboard.type('2');
  await tabTo('button Buy 2 KO');
  await keyboard.press('Enter');
  await screen.toast(/^Bought 2 KO at/).waitFor();
  await until(async () => (await screen.positionQuantity('KO')) === 2, 'the position');
  expect(complaintsOf(browser)).toEqual([]);
});
