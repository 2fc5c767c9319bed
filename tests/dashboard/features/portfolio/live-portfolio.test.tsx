/**
 * @jest-environment jsdom
 * @jest-environment-options {"customExportConditions": ["node", "node-addons"]}
 */
import { afterEach, expect, test } from '@jest/globals';
import { act, screen, waitFor, within } from '@testing-library/react';
import { LivePortfolio } from '../../../../dashboard/src/features/portfolio/live-portfolio.tsx';
import type { FeedHealth } from '../../../../src/protocol/health-payloads.ts';
import { PORTFOLIO_ACK } from '../../support/answers.ts';
import { PORTFOLIO, quoteOf } from '../../support/fixtures.ts';
import { type DeskPage, openOnDesk, openPage } from '../../support/screen.tsx';

const FEED_ENDED: FeedHealth = { source: 'replay', state: 'ended', lastTickAgeMs: null, leader: null };

let page: DeskPage;
afterEach(() => page.close());

const cells = (row: HTMLElement) =>
  within(row)
    .getAllByRole('cell')
    .map((cell) => cell.textContent);

test('it shows placeholders until it knows, then the account with signs and arrows', async () => {
  page = await openPage(<LivePortfolio />);
  expect(screen.getByRole('status').textContent).toBe('Loading the portfolio');
  expect((await screen.findByTestId('total-value')).textContent).toBe('$104,210.55');
  expect(screen.getByText(/\+\$232\.00 \(\+0\.22%\)/).textContent).toBe('▲+$232.00 (+0.22%)');
  expect(screen.getByText('$78,568.55')).toBeTruthy();
  const row = screen.getByRole('row', { name: /AAPL/ });
  // The profit stands under the value too, for panels too narrow for both columns.
  const profit = '▲+$1,117.00+5.07%';
  expect(cells(row)).toEqual(['100', '220.25', '231.42', `$23,142.00${profit}`, '▲+$232.00', profit]);
});

test('it follows what is pushed and asks for it once, mounted twice or not', async () => {
  page = await openPage(<LivePortfolio />);
  await screen.findByTestId('total-value');
  await waitFor(() => expect(page.server.emitted('subscribe:portfolio')).toHaveLength(1));
  page.server.io.emit('portfolio:update', { ...PORTFOLIO, totalValue: 99_000, dayChange: -5_210.55 });
  await waitFor(() => expect(screen.getByTestId('total-value').textContent).toBe('$99,000.00'));
  expect(screen.getByText(/−\$5,210\.55/).textContent).toContain('▼');
  expect(page.server.emitted('subscribe:portfolio')).toHaveLength(1);
});

test('an account without positions says so', async () => {
  page = await openPage(<LivePortfolio />, ({ routes, answers }) => {
    routes['GET /api/portfolio'] = () => ({ ...PORTFOLIO, positions: [], equity: 0 });
    answers['subscribe:portfolio'] = () => PORTFOLIO_ACK;
  });
  expect(await screen.findByText('No positions')).toBeTruthy();
});

test('what an outside account does not tell is a dash, and it is named as one', async () => {
  const { buyingPower, realizedPnl, ...rest } = PORTFOLIO;
  page = await openPage(<LivePortfolio />, ({ routes, answers }) => {
    routes['GET /api/portfolio'] = () => ({ ...rest, source: 'external' });
    answers['subscribe:portfolio'] = () => PORTFOLIO_ACK;
  });
  expect(await screen.findByText('External account')).toBeTruthy();
  expect(screen.getByText('Buying power').nextElementSibling?.textContent).toBe('–');
  expect(screen.getByText('Realised P&L').nextElementSibling?.textContent).toBe('–');
});

test('a position without a quote shows no invented price or profit', async () => {
  page = await openPage(<LivePortfolio />, ({ routes, answers }) => {
    const [position] = PORTFOLIO.positions;
    const unpriced = {
      ...position,
      price: 220.25,
      marketValue: 22_025,
      unrealizedPnl: 0,
      dayChange: undefined,
      priced: false,
    };
    routes['GET /api/portfolio'] = () => ({ ...PORTFOLIO, positions: [unpriced] });
    answers['subscribe:portfolio'] = () => PORTFOLIO_ACK;
  });
  const row = await screen.findByRole('row', { name: /AAPL/ });
  expect(cells(row)).toEqual(['100', '220.25', '–', '$22,025.00at cost, no quote', '–', '–']);
});

test('a position without a quote says in words that it counts at its last known price, and of when', async () => {
  page = await openPage(<LivePortfolio />, ({ routes, answers }) => {
    const [position] = PORTFOLIO.positions;
    const known = { ...position, mark: 'last-known', markedAt: '2024-11-08T15:00:00.000Z', dayChange: 0 };
    routes['GET /api/portfolio'] = () => ({ ...PORTFOLIO, positions: [known] });
    answers['subscribe:portfolio'] = () => PORTFOLIO_ACK;
  });
  const row = await screen.findByRole('row', { name: /AAPL/ });
  expect(cells(row)[3]).toMatch(/^\$23,142\.00last known price, 8 Nov 2024/);
});

test('an account of another system shows shorts, names without a symbol and what is not known in words', async () => {
  page = await openPage(<LivePortfolio />, ({ routes, answers }) => {
    const { dayChange, dayChangePercent, ...totals } = PORTFOLIO;
    const [position] = PORTFOLIO.positions;
    const rows = [
      { ...position, symbol: 'MSFT', quantity: -5, marketValue: -1_950, mark: 'reported' },
      { ...position, symbol: 'BTC/USD', averagePrice: 0, mark: 'reported', costKnown: false },
      { ...position, symbol: 'Escrow', marketValue: 0, priced: false, mark: 'unknown' },
    ];
    routes['GET /api/portfolio'] = () => ({ ...totals, source: 'external', positions: rows });
    answers['subscribe:portfolio'] = () => PORTFOLIO_ACK;
  });
  expect(cells(await screen.findByRole('row', { name: /MSFT/ }))[0]).toBe('5 short');
  const pair = screen.getByRole('row', { name: /BTC\/USD/ });
  expect(within(pair).queryByRole('button')).toBeNull();
  expect([cells(pair)[1], cells(pair).at(-1)]).toEqual(['–', '–']);
  expect(cells(screen.getByRole('row', { name: /Escrow/ }))[3]).toBe('–value not reported');
  expect(screen.getByText('today').previousElementSibling?.textContent).toBe('–');
});

test('a failed load says why and can be tried again', async () => {
  page = await openPage(<LivePortfolio />, ({ routes, answers }) => {
    routes['GET /api/portfolio'] = () => ({ status: 500, error: 'The books are closed.', code: 'INTERNAL' });
    answers['subscribe:portfolio'] = () => PORTFOLIO_ACK;
  });
  expect(await screen.findByText('The books are closed.')).toBeTruthy();
  page.server.routes['GET /api/portfolio'] = () => PORTFOLIO;
  await page.user.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByTestId('total-value')).toBeTruthy();
});

test('without a connection the values stay, with the time they are from', async () => {
  page = await openPage(<LivePortfolio />);
  await screen.findByTestId('total-value');
  act(() => page.desk.connection.state.setState({ status: 'reconnecting', connected: false }));
  expect(await screen.findByText(/^Showing values from \d\d:\d\d:\d\d$/)).toBeTruthy();
  expect(screen.getByTestId('total-value').closest('.not-live')).not.toBeNull();
  act(() => page.desk.connection.state.setState({ status: 'polling', offline: false }));
  expect(await screen.findByText(/^Updated \d\d:\d\d:\d\d$/)).toBeTruthy();
  expect(screen.getByTestId('total-value').closest('.not-live')).toBeNull();
});

test('a day’s change that is not told is a dash', async () => {
  page = await openPage(<LivePortfolio />, ({ routes, answers }) => {
    const { dayChange, ...position } = PORTFOLIO.positions[0]!;
    routes['GET /api/portfolio'] = () => ({ ...PORTFOLIO, positions: [position] });
    answers['subscribe:portfolio'] = () => PORTFOLIO_ACK;
  });
  expect(cells(await screen.findByRole('row', { name: /AAPL/ }))[4]).toBe('–');
});

test('positions whose prices are not the present ones are greyed, and so is the total, with the time they are from', async () => {
  const trading = await openPage(<LivePortfolio />);
  page = trading;
  await screen.findByTestId('total-value');
  const grey = () => screen.getByTestId('total-value').closest('.not-live') !== null;
  await waitFor(() => expect(grey()).toBe(false));
  const timestamp = new Date(Date.now() - 3 * 60_000).toISOString();
  act(() => page.desk.states.quote.push(quoteOf('AAPL', { state: 'stale', timestamp })));
  expect(await screen.findAllByText('3 min old')).toHaveLength(2);
  expect(grey()).toBe(true);
  act(() => page.desk.states.quote.push(quoteOf('AAPL')));
  await waitFor(() => expect(grey()).toBe(false));
  act(() => trading.stores.feed.setState({ feed: FEED_ENDED }));
  expect(grey()).toBe(true);
});

test('on any other page a symbol opens at its own address', async () => {
  page = await openOnDesk(<LivePortfolio />);
  await page.user.click(await screen.findByRole('button', { name: 'AAPL' }));
  expect(window.location.pathname).toBe('/s/AAPL');
  window.history.replaceState(null, '', '/');
});

test('what has changed is put into the portfolio there is, and one that fits nothing is asked for as a whole', async () => {
  page = await openPage(<LivePortfolio />);
  await screen.findByTestId('total-value');
  await waitFor(() => expect(page.server.emitted('subscribe:portfolio')).toHaveLength(1));
  const { io } = page.server;
  const { positions, ...totals } = PORTFOLIO;
  io.emit('portfolio:update', { ...PORTFOLIO, version: 1 });
  const move = { marketValue: 30_000, unrealizedPnl: 7_975, unrealizedPnlPercent: 36.2089, dayChange: 7_090 };
  const delta = {
    ...{ ...totals, base: 1, version: 2, totalValue: 111_068.55 },
    ...{ positions: [], moved: [{ symbol: 'AAPL', price: 300, ...move }], removed: [] },
  };
  io.emit('portfolio:delta', delta);
  await waitFor(() => expect(screen.getByTestId('total-value').textContent).toBe('$111,068.55'));
  expect(cells(screen.getByRole('row', { name: /AAPL/ }))[2]).toBe('300.00');
  expect(screen.getAllByRole('row')).toHaveLength(positions.length + 1);
  io.emit('portfolio:delta', { ...delta, totalValue: 1 });
  await waitFor(() => expect(page.server.emitted('subscribe:portfolio')).toHaveLength(2));
  expect(screen.queryByText('$1.00')).toBeNull();
});
