/**
 * @jest-environment jsdom
 * @jest-environment-options {"customExportConditions": ["node", "node-addons"]}
 */
import { afterEach, expect, test } from '@jest/globals';
import { screen, waitFor, within } from '@testing-library/react';
import { TestPage } from '../../../../dashboard/src/pages/test/test-page.tsx';
import { WATCHLIST_ACK } from '../../support/answers.ts';
import { refuse } from '../../support/double.ts';
import { quoteOf } from '../../support/fixtures.ts';
import { type DeskPage, openOnDesk } from '../../support/screen.tsx';

let page: DeskPage;
afterEach(() => page.close());

const region = (name: string) => within(screen.getByRole('region', { name }));
const open = (prepare?: Parameters<typeof openOnDesk>[1]) => openOnDesk(<TestPage />, prepare);

test('the dot is green and says Connected, or red and says Disconnected', async () => {
  page = await open();
  const colour = (word: HTMLElement) => word.parentElement?.querySelector('[aria-hidden]')?.className;
  expect(colour(await region('WebSocket status').findByText('Connected'))).toContain('bg-up');
  page.server.switches.refuseConnect = { message: 'No.', data: { code: 'UNAVAILABLE', retryable: true } };
  page.server.cut();
  expect(colour(await region('WebSocket status').findByText('Disconnected'))).toContain('bg-down');
});

test('three cards wait for data until their quotes come, and follow them', async () => {
  page = await open(({ answers }) => {
    answers['subscribe:watchlist'] = () => WATCHLIST_ACK;
  });
  const cards = () =>
    region('Real-time quotes')
      .getAllByRole('listitem')
      .map(({ textContent }) => textContent);
  expect(cards()).toEqual(['AAPL', 'TSLA', 'NVDA'].map((symbol) => `${symbol}Waiting for data...`));
  await waitFor(() =>
    expect(page.server.emitted('subscribe:watchlist')[0]?.payload).toEqual(['AAPL', 'TSLA', 'NVDA']),
  );
  page.server.quote('TSLA', { price: 250.5 });
  expect(await region('Real-time quotes').findByText('$250.50')).toBeTruthy();
  expect(cards()[0]).toContain('Waiting for data...');
});

test('a card of a symbol that the market lacks says so instead of waiting', async () => {
  page = await open(({ answers, routes }) => {
    answers['subscribe:watchlist'] = () => WATCHLIST_ACK;
    routes['GET /api/market/quote/*'] = ({ path }) =>
      path.endsWith('TSLA')
        ? refuse(404, 'UNKNOWN_SYMBOL', 'This market has no symbol TSLA.')
        : refuse(503, 'UNAVAILABLE', 'Not now.');
  });
  expect(await region('Real-time quotes').findByText('This market has no symbol TSLA.')).toBeTruthy();
  expect(region('Real-time quotes').getAllByText('Waiting for data...')).toHaveLength(2);
});

test('"Fetch Quote" asks the REST API for AAPL and shows price, change and volume', async () => {
  page = await open(({ routes }) => {
    routes['GET /api/market/quote/AAPL'] = () => ({ ...quoteOf('AAPL'), source: 'snapshot' });
  });
  await page.user.click(screen.getByRole('button', { name: 'Fetch Quote' }));
  expect(await region('REST API').findByText('$231.42')).toBeTruthy();
  expect(region('REST API').getByText('+1.01%')).toBeTruthy();
  expect(region('REST API').getByText('Volume 12,345,678 · snapshot, simulated')).toBeTruthy();
});

test('"Fetch Quote" says why there is no quote', async () => {
  page = await open(({ routes }) => {
    routes['GET /api/market/quote/AAPL'] = () => refuse(403, 'NOT_IN_PLAN', 'The plan has no snapshots.');
  });
  await page.user.click(screen.getByRole('button', { name: 'Fetch Quote' }));
  expect((await region('REST API').findByRole('alert')).textContent).toBe('The plan has no snapshots.');
});

test('the log shows every frame as it is on the wire, without the session, until it is paused or cleared', async () => {
  page = await open();
  const log = within(screen.getByRole('region', { name: 'Frame log' }));
  expect((await log.findAllByText('40{…}')).length).toBeGreaterThan(0);
  page.server.io.emit('quote:update', quoteOf('IBM', { price: 7 }));
  expect(await log.findByText(/^42\["quote:update",\{"symbol":"IBM","price":7,/)).toBeTruthy();
  expect(log.getAllByText('→ out').length).toBeGreaterThan(1);
  expect(document.body.textContent).not.toContain('"sessionID"');

  await page.user.click(screen.getByRole('button', { name: 'Pause' }));
  page.server.io.emit('quote:update', quoteOf('IBM', { price: 8 }));
  expect(await screen.findByText(/came while the log was paused/)).toBeTruthy();
  expect(log.queryByText(/"price":8/)).toBeNull();
  await page.user.click(screen.getByRole('button', { name: 'Clear' }));
  expect(log.getByText('No frames yet.')).toBeTruthy();
  await page.user.click(screen.getByRole('button', { name: 'Resume' }));
  page.server.io.emit('quote:update', quoteOf('IBM', { price: 9 }));
  expect(await log.findByText(/"price":9/)).toBeTruthy();
});
