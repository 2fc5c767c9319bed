/**
 * @jest-environment jsdom
 * @jest-environment-options {"customExportConditions": ["node", "node-addons"]}
 */
import { afterEach, expect, jest, test } from '@jest/globals';
import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { ChartPanel } from '../../../../dashboard/src/features/chart/chart-panel.tsx';
import { singleKeys } from '../../../../dashboard/src/hooks/single-keys.ts';
import { createThemeStore } from '../../../../dashboard/src/stores/theme.ts';
import { contractOf } from '../../support/chains.ts';
import { recordingChart } from '../../support/chart.ts';
import { refuse } from '../../support/double.ts';
import { BARS, executed, historyOf, quoteOf } from '../../support/fixtures.ts';
import { completeBrowser, openPage, type Page } from '../../support/screen.tsx';

let page: Page;
afterEach(async () => {
  await page.close();
  localStorage.clear();
});

async function openChart(prepare?: Parameters<typeof openPage>[1]) {
  completeBrowser();
  const { drawn, load } = recordingChart();
  page = await openPage(<ChartPanel theme={createThemeStore()} load={load} />, prepare);
  act(() => page.stores.view.select('AAPL'));
  return drawn;
}

test('without a symbol it says so', async () => {
  completeBrowser();
  page = await openPage(
    <ChartPanel theme={createThemeStore()} load={recordingChart().load} />,
    ({ routes }) => {
      routes['GET /api/watchlist'] = () => ({ symbols: [] });
    },
  );
  expect(screen.getByText('Loading the chart')).toBeTruthy();
  expect(await screen.findByText('No symbol chosen')).toBeTruthy();
});

const HISTORY = 'GET /api/market/historical/*';
const asked = () =>
  page.server.asked
    .filter(({ path }) => path.startsWith('/api/market/historical/'))
    .map(({ query }) => query);

test('it draws the minutes, their volume and the previous close, on one chart', async () => {
  const drawn = await openChart();
  await waitFor(() => expect(drawn.picture?.bars).toHaveLength(BARS.length));
  await act(async () => page.desk.states.quote.push(quoteOf('AAPL')));
  await waitFor(() => expect(drawn.previousClose).toBe(229.1));
  expect(drawn.alive).toBe(1);
  expect(drawn.picture).toMatchObject({ volume: true, trades: [] });
  expect(screen.getByRole('group', { name: /^Chart of AAPL/ }).getAttribute('aria-label')).toMatch(
    /^Chart of AAPL, 1-minute bars from \w{3},? \d+ \w+ \d{4}, \d\d:\d\d to /,
  );
});

test('it leads to the option chain of its stock, and of a contract to the chain of its expiry', async () => {
  await openChart();
  const link = await screen.findByRole('link', { name: 'AAPL options' });
  expect(link.getAttribute('href')).toBe('/options/AAPL');
  const contract = contractOf(650, 'call', { underlying: 'SPY', expiry: '2026-12-18' });
  act(() => page.stores.view.select(contract.contractId));
  const neighbours = await screen.findByRole('link', { name: 'SPY options' });
  expect(neighbours.getAttribute('href')).toBe('/options/SPY?expiry=2026-12-18');
  const classes = contractOf(500, 'call', { underlying: 'BRKB', expiry: '2026-12-18' });
  act(() => page.stores.view.select(classes.contractId));
  await screen.findByRole('link', { name: 'BRKB options' });
  await act(async () => page.desk.states.option.push({ ...classes, underlying: 'BRK.B' }));
  await screen.findByRole('link', { name: 'BRK.B options' });
});

test('a contract has all of its figures before its first update, and says that it has no data', async () => {
  await openChart();
  const contract = contractOf(650, 'call', { underlying: 'SPY', expiry: '2026-12-18' });
  const terms = () => screen.getAllByRole('term').map(({ textContent }) => textContent);
  act(() => page.stores.view.select(contract.contractId));
  await screen.findByText('Impl. volatility');
  const before = terms();
  await act(async () => page.desk.states.option.push({ ...contract, state: 'missing', price: undefined }));
  await screen.findByText('No data yet');
  await act(async () => page.desk.states.option.push(contract));
  await waitFor(() => expect(screen.queryByText('No data yet')).toBeNull());
  expect(terms()).toEqual(before);
});

test('a quote moves the running minute', async () => {
  const drawn = await openChart();
  await waitFor(() => expect(drawn.picture?.bars).toHaveLength(BARS.length));
  const last = BARS.at(-1)!;
  const timestamp = new Date((last.time + 30) * 1_000).toISOString();
  await act(async () => page.desk.states.quote.push(quoteOf('AAPL', { price: 240, timestamp })));
  await waitFor(() =>
    expect(drawn.picture?.bars.at(-1)).toMatchObject({
      time: last.time,
      open: last.open,
      high: 240,
      close: 240,
    }),
  );
});

test('a digit chooses a timeframe, except while a text is typed, and the choice is remembered', async () => {
  const drawn = await openChart();
  await waitFor(() => expect(drawn.picture?.bars).toHaveLength(BARS.length));
  expect(screen.getByRole('radio', { name: '1 day' })).toHaveProperty('checked', true);
  await page.user.keyboard('4');
  expect(await screen.findByText('daily bars, New York time')).toBeTruthy();
  expect(asked().at(-1)?.get('timespan')).toBe('day');
  const field = document.body.appendChild(document.createElement('input'));
  field.focus();
  await page.user.keyboard('5');
  expect(field.value).toBe('5');
  field.remove();
  expect(screen.getByRole('radio', { name: '1 year' })).toHaveProperty('checked', true);
  expect(localStorage.getItem('tradecast.chart')).toContain('"1y"');
});

test('averages, volume and extended hours are switched on and off; what a day’s bar lacks is not offered', async () => {
  const drawn = await openChart();
  await waitFor(() => expect(drawn.picture?.bars).toHaveLength(BARS.length));
  const button = (name: string) => screen.getByRole('button', { name });
  expect(button('SMA').getAttribute('aria-pressed')).toBe('false');
  await page.user.click(button('SMA'));
  await page.user.click(button('EMA'));
  await page.user.click(button('Volume'));
  await waitFor(() =>
    expect(Object.keys(drawn.picture?.lines ?? {})).toEqual(['simple', 'exponential', 'vwap']),
  );
  expect(drawn.picture?.volume).toBe(false);
  expect(drawn.picture?.lines.simple?.filter((value) => value !== null)).toHaveLength(BARS.length - 49);
  await page.user.keyboard('4');
  await screen.findByText('daily bars, New York time');
  expect(button('VWAP').getAttribute('aria-disabled')).toBe('true');
  await waitFor(() => expect(Object.keys(drawn.picture?.lines ?? {})).toEqual(['simple', 'exponential']));
});

test('the lengths of the averages are the reader’s, within bounds, and are kept', async () => {
  const drawn = await openChart();
  await waitFor(() => expect(drawn.picture?.bars).toHaveLength(BARS.length));
  await page.user.click(screen.getByRole('button', { name: 'SMA' }));
  const field = screen.getByLabelText('Bars of the simple moving average') as HTMLInputElement;
  await page.user.clear(field);
  await page.user.type(field, '9');
  await waitFor(() =>
    expect(drawn.picture?.lines.simple?.filter((value) => value !== null)).toHaveLength(BARS.length - 8),
  );
  expect(await screen.findByText('SMA 9')).toBeTruthy();
  await page.user.type(field, '99');
  expect(field.getAttribute('aria-invalid')).toBe('true');
  const reason = document.getElementById(field.getAttribute('aria-describedby') ?? '');
  expect(reason?.textContent).toMatch(/^An average goes over \d+ to \d+ bars$/);
  await page.user.tab();
  expect(field.getAttribute('aria-describedby')).toBeNull();
  expect(field.value).toBe('99');
  expect(field.getAttribute('aria-invalid')).toBe('false');
  expect(drawn.picture?.lead).toBe(99);
  expect(localStorage.getItem('tradecast.chart')).toContain('"simple":99');
});

test('without extended hours the bars outside of the session are gone, and come back', async () => {
  const opening = Date.parse('2026-11-20T14:30:00Z') / 1_000;
  const bars = BARS.map((bar, minute) => ({ ...bar, time: opening + (minute - 10) * 60 }));
  const drawn = await openChart(({ routes }) => {
    routes[HISTORY] = ({ path, query }) => ({ ...historyOf(path.split('/').at(-1)!, query), bars });
    routes['GET /api/candles'] = () => [];
  });
  await waitFor(() => expect(drawn.picture?.bars).toHaveLength(BARS.length));
  await page.user.click(screen.getByRole('button', { name: 'Extended hours' }));
  await waitFor(() => expect(drawn.picture?.bars.at(0)?.time).toBe(opening));
  expect(drawn.picture?.bars).toHaveLength(BARS.length - 10);
  await page.user.click(screen.getByRole('button', { name: 'Extended hours' }));
  await waitFor(() => expect(drawn.picture?.bars).toHaveLength(BARS.length));
});

test('single keys that are switched off choose nothing and are not shown', async () => {
  const drawn = await openChart();
  await waitFor(() => expect(drawn.picture?.bars).toHaveLength(BARS.length));
  const year = screen.getByRole('radio', { name: '1 year' }) as HTMLInputElement;
  expect(year.getAttribute('aria-keyshortcuts')).toBe('4');
  act(() => singleKeys.switch(false));
  await page.user.keyboard('4');
  expect(year.checked).toBe(false);
  expect(year.getAttribute('aria-keyshortcuts')).toBeNull();
  expect(screen.queryByText('4')).toBeNull();
  act(() => singleKeys.switch(true));
  await page.user.keyboard('4');
  expect(year.checked).toBe(true);
});

test('the bar under the crosshair is read above the chart, by pointer and by keyboard; else the newest', async () => {
  const drawn = await openChart();
  await waitFor(() => expect(drawn.picture?.bars).toHaveLength(BARS.length));
  const legend = () => screen.getByText('O').closest('p')?.textContent;
  expect(legend()).toContain(`C ${BARS.at(-1)!.close.toFixed(2)}`);
  act(() => drawn.hover(BARS[10]!.time));
  const { open, high, low, close } = BARS[10]!;
  expect(legend()).toContain(
    `O ${open.toFixed(2)}H ${high.toFixed(2)}L ${low.toFixed(2)}C ${close.toFixed(2)}`,
  );
  expect(legend()).toContain('Vol 1K');
  const chart = screen.getByRole('group', { name: /^Chart of AAPL/ });
  fireEvent.keyDown(chart, { key: 'ArrowLeft' });
  expect(drawn.pointed).toBe(BARS[9]!.time);
  expect(legend()).toContain(`C ${BARS[9]!.close.toFixed(2)}`);
  expect(screen.getByText(/, close 2\d\d\.\d\d$/)).toBeTruthy();
  fireEvent.keyDown(chart, { key: 'Home' });
  expect(drawn.pointed).toBe(BARS[0]!.time);
  fireEvent.keyDown(chart, { key: 'Escape' });
  expect(legend()).toContain(`C ${BARS.at(-1)!.close.toFixed(2)}`);
});

test('the start of what is here asks for older bars, and says when there are none', async () => {
  const drawn = await openChart();
  await waitFor(() => expect(drawn.picture?.bars).toHaveLength(BARS.length));
  page.server.routes[HISTORY] = () => refuse(503, 'UNAVAILABLE', 'Not now.');
  act(() => drawn.nearStart());
  await screen.findByText('Older bars did not load.', { exact: false });
  page.server.routes[HISTORY] = ({ query }) => ({ ...historyOf('AAPL', query), bars: [] });
  await page.user.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByText('There are no older bars.')).toBeTruthy();
  expect(Number(asked().at(-1)?.get('to'))).toBe(BARS[0]!.time * 1_000 - 1);
});

test('own trades stand at their bars', async () => {
  const drawn = await openChart(({ journal }) => {
    const timestamp = new Date((BARS[5]!.time + 20) * 1_000).toISOString();
    journal.events = [
      executed(1, { timestamp, quantity: 10, price: 230 }),
      executed(2, { timestamp, quantity: 30, price: 231 }),
      executed(3, { timestamp, side: 'sell', quantity: 5, price: 232 }),
      executed(4, { timestamp, symbol: 'MSFT' }),
    ];
  });
  const { time } = BARS[5]!;
  await waitFor(() =>
    expect(drawn.picture?.trades).toEqual([
      { time, side: 'buy', quantity: 40, price: 230.75 },
      { time, side: 'sell', quantity: 5, price: 232 },
    ]),
  );
});

test('says from when on own trades have markers, where the journal has older ones than were read', async () => {
  await openChart(({ journal }) => {
    const timestamp = new Date((BARS[5]!.time + 20) * 1_000).toISOString();
    journal.events = [executed(2, { timestamp })];
  });
  await screen.findByText(/\. Your trades before .+ have no markers\.$/);
  await page.user.click(screen.getByRole('button', { name: 'My trades' }));
  await waitFor(() => expect(screen.queryByText(/have no markers/)).toBeNull());
});

test('no bars are no failure, a failure is told and tried again, and a plan without them is said so', async () => {
  await openChart(({ routes }) => {
    routes['GET /api/candles'] = () => [];
    routes[HISTORY] = ({ query }) => ({ ...historyOf('AAPL', query), bars: [] });
  });
  expect(await screen.findByText('No trades in AAPL in this time')).toBeTruthy();
  page.server.routes[HISTORY] = () => refuse(500, 'INTERNAL', 'Broken');
  await page.user.keyboard('4');
  expect(await screen.findByText('Price history is unavailable right now')).toBeTruthy();
  page.server.routes[HISTORY] = ({ query }) => historyOf('AAPL', query);
  await page.user.click(screen.getByRole('button', { name: 'Try again' }));
  await waitFor(() => expect(screen.queryByText('Price history is unavailable right now')).toBeNull());
  page.server.routes[HISTORY] = () => refuse(403, 'NOT_IN_PLAN', 'The plan has two years.');
  await page.user.keyboard('5');
  expect(await screen.findByText('The market data source does not have this history')).toBeTruthy();
  expect(screen.getByText('The plan has two years. Choose another timeframe.')).toBeTruthy();
});

test('a stale price shows its age, and a closed market when it closed', async () => {
  const drawn = await openChart();
  await waitFor(() => expect(drawn.picture?.bars).toHaveLength(BARS.length));
  const timestamp = new Date(Date.now() - 3 * 60_000).toISOString();
  await act(async () => page.desk.states.quote.push(quoteOf('AAPL', { state: 'stale', timestamp })));
  expect((await screen.findByText('3 min old')).closest('.not-live')).not.toBeNull();
  const close = '2026-11-20T21:00:00.000Z';
  await act(async () => page.desk.states.quote.push(quoteOf('AAPL', { state: 'closed', timestamp: close })));
  expect(
    await screen.findByText(/^The market is closed\. Last trade Fri,? 20 Nov 2026, 16:00\.$/),
  ).toBeTruthy();
});

test('a chart whose code could not be loaded can be tried again', async () => {
  completeBrowser();
  const { drawn, load } = recordingChart();
  let broken = true;
  const loadOnce = () => (broken ? Promise.reject(new Error('no chunk')) : load());
  page = await openPage(<ChartPanel theme={createThemeStore()} load={loadOnce} />);
  await screen.findByText('The chart did not load');
  broken = false;
  await page.user.click(screen.getByRole('button', { name: 'Try again' }));
  await waitFor(() => expect(drawn.picture?.bars).toHaveLength(BARS.length));
  expect(screen.queryByText('The chart did not load')).toBeNull();
});

test('the chart of an opened symbol is brought into sight', async () => {
  await openChart();
  await screen.findByText('1-minute bars, New York time');
  const scroll = jest.fn();
  Element.prototype.scrollIntoView = scroll;
  const below = { top: 2_000, bottom: 2_500 } as DOMRect;
  Element.prototype.getBoundingClientRect = () => below;
  act(() => page.stores.view.select('MSFT'));
  expect(scroll).not.toHaveBeenCalled();
  act(() => page.stores.view.open('MSFT'));
  expect(scroll).toHaveBeenCalledTimes(1);
});
