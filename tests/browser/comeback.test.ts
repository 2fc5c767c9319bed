import { beforeAll, expect, test } from '@jest/globals';
import { sendHook } from '../../rig/clients/hooks.ts';
import { startTcpProxy } from '../../rig/stand-ins/tcp-proxy.ts';
import { until, untilChanged } from '../../rig/wait.ts';
import { openBrowser } from '../support/browser.ts';
import { type NoSocketsProxy, startNoSocketsProxy } from '../support/no-sockets-proxy.ts';
import { screenOf } from '../support/screen.ts';
import { type Service, startService } from '../support/service.ts';

let service: Service;
let proxy: NoSocketsProxy;

beforeAll(async () => {
  service = await startService();
  proxy = await startNoSocketsProxy(service.port);
});

test('after kill -9 and a new start the browser comes back by itself and shows what it missed', async () => {
  const screen = screenOf((await openBrowser(service.url)).page);
  await screen.signIn(service.demo);
  await screen.connection('Live').waitFor();
  const userId = await screen.userId();
  await screen.order('Buy', 3, 'IBM');
  await until(async () => (await screen.positionQuantity('IBM')) === 3, 'the position');
  const cash = await screen.figure('Cash');

  await service.kill();
  await screen.connection('Reconnecting').waitFor();
  await service.restart();
  // Sent before the browser's next try: it can only have it from the journal.
  const answer = await sendHook(service.url, '/hooks/trades', {
    eventId: 'missed-1',
    userId,
    type: 'executed',
    trade: { id: 'missed-1', symbol: 'NVDA', side: 'buy', quantity: 4, price: 181.25 },
  });
  expect(answer.status).toBe(202);

  await screen.connection('Live').waitFor();
  await screen.panel('Activity').getByText('Bought 4 NVDA at 181.25').waitFor();
  expect(await screen.figure('Cash')).toBe(cash);
  expect(await screen.positionQuantity('IBM')).toBe(3);
  await untilChanged(screen.totalValue, 'the total value');
});

test('five tabs whose line dies without a word notice it and are live again, each in its own place', async () => {
  const line = await startTcpProxy(service.port);
  const browser = await openBrowser(`http://127.0.0.1:${line.port}`);
  const first = screenOf(browser.page);
  await first.signIn(service.demo);
  const tabs = [first];
  while (tabs.length < 5) {
    const page = await browser.context.newPage();
    await page.goto(browser.page.url());
    tabs.push(screenOf(page));
  }
  await Promise.all(tabs.map((tab) => tab.connection('Live').waitFor()));

  line.silence();
  await Promise.all(tabs.map((tab) => tab.connection('Reconnecting').waitFor()));
  await Promise.all(tabs.map((tab) => tab.connection('Live').waitFor()));
  await browser.close();
  await line.close();
});

test('where no socket gets through, the page polls, says so, and returns to live when it can', async () => {
  const screen = screenOf((await openBrowser(proxy.url)).page);
  await screen.signIn(service.demo);
  await screen.connection('Live').waitFor();

  proxy.block();
  await screen.connection('Polling').waitFor();
  await screen.page.getByText('No live connection. Values are fetched every 5 seconds.').first().waitFor();
  const price = screen.watchedPrice('AAPL');
  await untilChanged(() => price.innerText(), 'the price of AAPL');

  proxy.unblock();
  await screen.connection('Live').waitFor();
  expect(await screen.page.getByText('No live connection.').count()).toBe(0);
});
