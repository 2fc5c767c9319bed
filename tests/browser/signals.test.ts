import { beforeAll, expect, test } from '@jest/globals';
import { sendHook, sendSignal } from '../../rig/clients/hooks.ts';
import { until } from '../../rig/wait.ts';
import { accessibilityProblems } from '../support/accessibility.ts';
import { complaintsOf, openBrowser } from '../support/browser.ts';
import { screenOf } from '../support/screen.ts';
import { type Service, startService } from '../support/service.ts';
import { tableFaults, WIDTHS } from './layout.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});

const send = async (part: object) => {
  const signal = {
    source: 'momentum',
    symbol: 'AAPL',
    action: 'buy',
    premium: false,
    timestamp: new Date().toISOString(),
  } as const;
  expect((await sendSignal(service.url, { ...signal, ...part })).status).toBe(202);
};

test('a STARTER opens Signals by the search and sees a free signal arrive; premium ones begin with the tier, and “Trade this” fills the ticket', async () => {
  const browser = await openBrowser(service.url);
  const { page } = browser;
  const screen = screenOf(page);
  await screen.signIn(service.demo);
  await screen.connection('Live').waitFor();
  const userId = await screen.userId();
  const become = async (tier: string) => {
    const hook = { eventId: `become-${tier}`, userId, tier };
    expect((await sendHook(service.url, '/hooks/tier', hook)).status).toBe(202);
  };
  const bytes: string[] = [];
  page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => bytes.push(String(payload))));
  page.on(
    'response',
    (answer) =>
      void answer.text().then(
        (text) => bytes.push(text),
        () => {},
      ),
  );
  // From here on the page's connection is one that this test reads.
  await page.reload();
  await screen.connection('Live').waitFor();

  await page.keyboard.press('/');
  await page.keyboard.type('signals');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/signals');
  expect(await page.title()).toBe('Signals · Tradecast');
  await page.getByText('Premium signals are locked').waitFor();
  await send({ id: 'free-1', price: 230, quantity: 7, text: 'Seen on the free stream' });
  await send({ id: 'paid-1', price: 230, premium: true, text: 'paid before the tier' });
  const free = page.getByRole('row').filter({ hasText: 'Seen on the free stream' });
  await free.waitFor();
  await until(async () => /[+−][\d.]+%/.test(await free.innerText()), 'the result so far');
  expect(await accessibilityProblems(browser)).toEqual([]);
  expect(bytes.join('\n')).not.toMatch(/paid before the tier|paid-1/);

  await become('PROFESSIONAL');
  await page.getByText('Your tier reads free and premium signals.').waitFor();
  await page.getByText('paid before the tier').waitFor();
  await send({ id: 'paid-2', symbol: 'MSFT', premium: true, text: 'paid with the tier' });
  await page.getByText('paid with the tier').waitFor();
  expect(await accessibilityProblems(browser)).toEqual([]);
  await become('STARTER');
  await page.getByText('Premium signals are locked').waitFor();
  expect(await page.getByText('paid with the tier').count()).toBe(0);

  // The demo account is an administrator.
  const delivered = screen.panel('Deliveries').getByRole('row').filter({ hasText: 'momentum' });
  await delivered
    .filter({ hasText: /\d of \d/ })
    .first()
    .waitFor();
  const record = screen.panel('Track record');
  await record.getByText('A buyer pays the ask, a seller gets the bid.').waitFor();
  await record.getByRole('row').filter({ hasText: 'momentum' }).waitFor();
  expect(await accessibilityProblems(browser)).toEqual([]);

  await free.getByRole('button', { name: /^Trade this/ }).press('Enter');
  await page.waitForURL('**/s/AAPL');
  const ticket = screen.panel('Order');
  await ticket.getByText('From a signal of momentum. The limit is at most 231.15').waitFor();
  expect(await ticket.getByLabel('Quantity').inputValue()).toBe('7');
  expect(await ticket.getByLabel('Limit price').inputValue()).toBe('231.15');
  expect(await screen.panel('Orders').getByRole('row').filter({ hasText: '7 AAPL' }).count()).toBe(0);
  expect(complaintsOf(browser)).toEqual([]);
});

test('a reader goes on with the ticket that “Trade this” filled: another price and side, the order, the next signal', async () => {
  const browser = await openBrowser(service.url);
  const { page } = browser;
  const screen = screenOf(page);
  await screen.signIn(service.demo);
  await screen.connection('Live').waitFor();
  await send({ id: 'go-on-1', symbol: 'AAPL', price: 100, quantity: 3, text: 'The first to trade' });
  await send({ id: 'go-on-2', symbol: 'MSFT', price: 100, quantity: 2, text: 'The next to trade' });
  const trade = async (text: string) => {
    await page.getByRole('button', { name: /account and theme/ }).click();
    await page.getByRole('menuitem', { name: 'Signals' }).click();
    const row = page.getByRole('row').filter({ hasText: text });
    await row.getByRole('button', { name: /^Trade this/ }).press('Enter');
  };
  const ticket = screen.panel('Order');
  const note = ticket.getByText('From a signal of momentum');

  await trade('The first to trade');
  await page.waitForURL('**/s/AAPL');
  await note.waitFor();
  await ticket.getByLabel('Limit price').fill('50');
  await ticket.getByRole('radio', { name: 'Sell' }).click();
  await ticket.getByRole('radio', { name: 'Buy' }).click();
  await ticket.getByRole('button', { name: /^Buy 3 AAPL/ }).click();
  const order = screen.panel('Orders').getByRole('row').filter({ hasText: '3 AAPL' });
  await order.waitFor();
  await note.waitFor({ state: 'detached' });

  await trade('The next to trade');
  await page.waitForURL('**/s/MSFT');
  await note.waitFor();
  await trade('The first to trade');
  await page.waitForURL('**/s/AAPL');
  await note.waitFor();
  expect(await ticket.getByLabel('Quantity').inputValue()).toBe('3');
  await order.waitFor();
  expect(complaintsOf(browser)).toEqual([]);
});

test.each([
  { width: 390, height: 844, colorScheme: 'dark' },
  { width: 2560, height: 1440, colorScheme: 'light' },
] as const)(
  'at $width pixels many signals with long numbers fit and are accessible',
  async ({ colorScheme, ...viewport }) => {
    for (let index = 0; index < 30; index++) {
      await send({
        id: `long-${viewport.width}-${index}`,
        symbol: index % 2 === 0 ? 'BRK.B' : 'SPY',
        action: index % 3 === 0 ? 'sell' : 'buy',
        // The second one's result has more digits than any column has room for.
        price: index % 3 === 1 ? 0.0001 : 719_812.3456,
        stopPrice: 700_000.1234,
        targetPrice: 999_999.9999,
        quantity: 1_000_000,
        confidence: 0.999,
        author: 'A name of many letters that does not end soon',
        text: 'Awordthatisfarlongerthananyscreeniswidebecausenobodyputablankintoit'.repeat(3),
        expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
      });
    }
    const browser = await openBrowser(service.url, { viewport, colorScheme });
    const { page } = browser;
    await screenOf(page).signIn(service.demo);
    await page.goto(`${service.url}/signals`);
    await until(
      async () => (await page.getByRole('button', { name: /^Trade this/ }).count()) >= 30,
      'the list',
    );
    expect(await accessibilityProblems(browser)).toEqual([]);
    for (const width of WIDTHS) {
      await page.setViewportSize({ ...viewport, width });
      expect([width, await tableFaults(page)]).toEqual([width, []]);
    }
    expect(complaintsOf(browser)).toEqual([]);
  },
);

test('on a phone a long text takes a few lines until it is asked for', async () => {
  await send({ id: 'long-text', symbol: 'TSLA', text: 'A text that goes on and on. '.repeat(70).trim() });
  const browser = await openBrowser(service.url, { viewport: { width: 390, height: 844 } });
  const { page } = browser;
  await screenOf(page).signIn(service.demo);
  await page.goto(`${service.url}/signals`);
  const row = page.getByRole('row').filter({ hasText: 'A text that goes on' });
  await row.waitFor();
  const height = async () => (await row.boundingBox())?.height ?? 0;
  expect(await height()).toBeLessThan(250);
  await row.getByRole('button', { name: 'More' }).click();
  await until(async () => (await height()) > 500, 'the whole text');
  expect(await accessibilityProblems(browser)).toEqual([]);
  expect(complaintsOf(browser)).toEqual([]);
});

test('on a phone “Trade this” leads to the ticket, and what it was filled with is in sight', async () => {
  await send({ id: 'phone', symbol: 'NVDA', price: 150, quantity: 3, text: 'Seen on a phone' });
  const browser = await openBrowser(service.url, { viewport: { width: 390, height: 844 } });
  const { page } = browser;
  await screenOf(page).signIn(service.demo);
  await page.goto(`${service.url}/signals`);
  await page
    .getByRole('row')
    .filter({ hasText: 'Seen on a phone' })
    .getByRole('button', { name: /^Trade this/ })
    .click();
  const note = page.getByText('From a signal of momentum. The limit is at most 150.75');
  await note.waitFor();
  await until(async () => {
    const box = await note.boundingBox();
    return box !== null && box.y > 0 && box.y + box.height < 844;
  }, 'the note within the window');
  expect(complaintsOf(browser)).toEqual([]);
});
