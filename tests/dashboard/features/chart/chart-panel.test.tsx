/**
 * @jest-environment jsdom
 * @jest-environment-options {"customExportConditions": ["node", "node-addons"]}
 */
import { afterEach, expect, jest, test } from '@jest/globals';
import { act, screen, waitFor } from '@testing-library/react';
import { ChartPanel } from '../../../../dashboard/src/features/chart/chart-panel.tsx';
import type { PriceChart } from '../../../../dashboard/src/features/chart/price-chart.ts';
import type { Bar } from '../../../../dashboard/src/stores/candles.ts';
import { createThemeStore } from '../../../../dashboard/src/stores/theme.ts';
import { BARS, quoteOf } from '../../support/fixtures.ts';
import { completeBrowser, openPage, type Page } from '../../support/screen.tsx';

let page: Page;
afterEach(() => page.close());

/** Stands where the canvas would be. */
function recordingChart() {
  const drawn = {
    bars: [] as readonly Bar[],
    previousClose: undefined as number | undefined,
    alive: 0,
    hover: (_bar: Bar | null) => {},
  };
  const create = (): PriceChart => {
    drawn.alive += 1;
    return {
      show: (_symbol, bars) => {
        drawn.bars = bars;
      },
      mark: (previousClose) => {
        drawn.previousClose = previousClose;
      },
      repaint: () => {},
      onHover: (tell) => {
        drawn.hover = tell;
      },
      remove: () => {
        drawn.alive -= 1;
      },
    };
  };
  return { drawn, load: async () => create };
}

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

test('it draws the minutes of today and the previous close, on one chart', async () => {
  const drawn = await openChart();
  await waitFor(() => expect(drawn.bars).toHaveLength(BARS.length));
  await act(async () => page.desk.states.quote.push(quoteOf('AAPL')));
  await waitFor(() => expect(drawn.previousClose).toBe(229.1));
  expect(drawn.alive).toBe(1);
  expect(screen.getByRole('img').getAttribute('aria-label')).toMatch(
    /^AAPL, minute candles from \d\d:\d\d to \d\d:\d\d$/,
  );
});

test('a quote moves the running minute', async () => {
  const drawn = await openChart();
  await waitFor(() => expect(drawn.bars).toHaveLength(BARS.length));
  const last = BARS.at(-1)!;
  const timestamp = new Date((last.time + 30) * 1_000).toISOString();
  await act(async () => page.desk.states.quote.push(quoteOf('AAPL', { price: 240, timestamp })));
  await waitFor(() =>
    expect(drawn.bars.at(-1)).toMatchObject({ time: last.time, open: last.open, high: 240, close: 240 }),
  );
});

test('the bar under the pointer is read out above the chart', async () => {
  const drawn = await openChart();
  await waitFor(() => expect(drawn.bars).toHaveLength(BARS.length));
  act(() => drawn.hover({ time: 0, open: 1.5, high: 2, low: 1, close: 1.75 }));
  expect(screen.getByText('O').parentElement?.textContent).toMatch(/^\d\d:\d\dO 1\.50H 2\.00L 1\.00C 1\.75$/);
});

test('a day without trades is not a failure, and a failure is not a day without trades', async () => {
  await openChart(({ routes }) => {
    routes['GET /api/candles'] = () => [];
  });
  expect(await screen.findByText('No trades in AAPL yet today')).toBeTruthy();
  page.server.routes['GET /api/candles'] = () => ({ status: 500, code: 'INTERNAL', error: 'Broken' });
  act(() => page.stores.candles.reload());
  expect(await screen.findByText('Price history is unavailable right now')).toBeTruthy();
  page.server.routes['GET /api/candles'] = () => BARS;
  await page.user.click(screen.getByRole('button', { name: 'Try again' }));
  await waitFor(() => expect(screen.queryByText('Price history is unavailable right now')).toBeNull());
});

test('minutes of another day say which, and a stale price its age', async () => {
  await openChart(({ routes }) => {
    const start = Date.parse('2013-10-08T14:00:00Z') / 1_000;
    routes['GET /api/candles'] = () => BARS.map((bar, minute) => ({ ...bar, time: start + minute * 60 }));
  });
  expect(await screen.findByText('Minutes of 8 Oct 2013, your local time')).toBeTruthy();
  const timestamp = new Date(Date.now() - 3 * 60_000).toISOString();
  await act(async () => page.desk.states.quote.push(quoteOf('AAPL', { state: 'stale', timestamp })));
  expect((await screen.findByText('3 min old')).closest('.not-live')).not.toBeNull();
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
  await waitFor(() => expect(drawn.bars).toHaveLength(BARS.length));
  expect(screen.queryByText('The chart did not load')).toBeNull();
});

test('the chart of an opened symbol is brought into sight', async () => {
  await openChart();
  await screen.findByText('Minutes of today, your local time');
  const scroll = jest.fn();
  Element.prototype.scrollIntoView = scroll;
  const below = { top: 2_000, bottom: 2_500 } as DOMRect;
  Element.prototype.getBoundingClientRect = () => below;
  act(() => page.stores.view.select('MSFT'));
  expect(scroll).not.toHaveBeenCalled();
  act(() => page.stores.view.open('MSFT'));
  expect(scroll).toHaveBeenCalledTimes(1);
});
