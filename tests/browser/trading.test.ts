import { beforeAll, expect, test } from '@jest/globals';
import { sendHook } from '../../rig/clients/hooks.ts';
import { until, untilChanged } from '../../rig/wait.ts';
import { openBrowser } from '../support/browser.ts';
import { type Screen, screenOf } from '../support/screen.ts';
import { type Service, startService } from '../support/service.ts';

let service: Service;
let first: Screen;
let second: Screen;

beforeAll(async () => {
  service = await startService();
  const [one, two] = await Promise.all([openBrowser(service.url), openBrowser(service.url)]);
  first = screenOf(one.page);
  second = screenOf(two.page);
});

test('the demo account sees a portfolio and a watchlist that move', async () => {
  await first.signIn(service.demo);
  await first.connection('Live').waitFor();
  await first.page.getByText('Simulated data').waitFor();

  const price = first.watchedPrice('AAPL');
  await until(async () => /^\d/.test(await price.innerText()), 'a first price');
  await untilChanged(() => price.innerText(), 'the price of AAPL');
  await until(async () => (await first.positionQuantity('AAPL')) === 20, "the demo account's first position");
  await untilChanged(first.totalValue, 'the total value');
});

test('an order shows in every browser of the account: toast, position, less cash', async () => {
  await second.signIn(service.demo);
  await until(async () => (await second.positionQuantity('AAPL')) === 20, 'the same portfolio');
  const cashBefore = await first.figure('Cash');
  expect(await second.figure('Cash')).toBe(cashBefore);

  await first.order('Buy', 10, 'AAPL');

  await Promise.all([first, second].map((screen) => screen.toast(/^Bought 10 AAPL at/).waitFor()));
  const told = (await first.toast(/^Bought 10 AAPL at/).innerText()).replace(/.* at /, '');
  expect(await second.toast(/^Bought 10 AAPL at/).innerText()).toBe(`Bought 10 AAPL at ${told}`);
  for (const screen of [first, second]) {
    await until(async () => (await screen.positionQuantity('AAPL')) === 30, 'ten more shares');
    await until(async () => (await screen.figure('Cash')) < cashBefore, 'less cash');
    expect(cashBefore - (await screen.figure('Cash'))).toBeCloseTo(10 * Number(told.replace(',', '')), 1);
    await screen.panel('Activity').getByText(`Bought 10 AAPL at ${told}`).waitFor();
  }
});

test('a refused order says why and changes nothing', async () => {
  const cashBefore = await first.figure('Cash');
  await first.order('Sell', 5_000, 'AAPL');
  await first
    .panel('Order')
    .getByText(/^Order refused\./)
    .waitFor();
  await second.toast(/^Not sold: 5,000 AAPL/).waitFor();
  expect(await first.figure('Cash')).toBe(cashBefore);
  expect(await first.positionQuantity('AAPL')).toBe(30);
});

test('a signed hook shows as a toast and stays in the list after a reload', async () => {
  const userId = await first.userId();
  const answer = await sendHook(service.url, '/hooks/trades', {
    eventId: 'browser-test-1',
    userId,
    type: 'executed',
    trade: { id: 'bot-1', symbol: 'TSLA', side: 'sell', quantity: 7, price: 251.5 },
  });
  expect(answer.status).toBe(202);

  await Promise.all([first, second].map((screen) => screen.toast('Sold 7 TSLA at 251.50').waitFor()));
  await first.page.reload();
  await first.panel('Activity').getByText('Sold 7 TSLA at 251.50').waitFor();
});
