/**
 * @jest-environment jsdom
 * @jest-environment-options {"customExportConditions": ["node", "node-addons"]}
 */
import { afterEach, expect, jest, test } from '@jest/globals';
import { screen, waitFor, within } from '@testing-library/react';
import { useState } from 'react';
import { LiveOffExchange } from '../../../../dashboard/src/features/off-exchange/live-off-exchange.tsx';
import type { MinuteChart } from '../../../../dashboard/src/features/off-exchange/minute-chart.ts';
import type { Timers } from '../../../../dashboard/src/lib/timers.ts';
import { createThemeStore } from '../../../../dashboard/src/stores/theme.ts';
import type { Double } from '../../support/double.ts';
import { dayOf, rowOf, totalsOf } from '../../support/off-exchange.ts';
import { type DeskPage, openOnDesk } from '../../support/screen.tsx';
import { manualTimers } from '../../support/timers.ts';
import { until } from '../../support/until.ts';

const drawn: number[] = [];
const chart: MinuteChart = {
  show: (minutes) => void drawn.push(minutes.length),
  repaint: () => {},
  onHover: () => {},
  point: () => {},
  remove: () => {},
};

function Page() {
  const [symbol, setSymbol] = useState<string | null>(null);
  const [theme] = useState(createThemeStore);
  return <LiveOffExchange symbol={symbol} onSymbol={setSymbol} theme={theme} loadChart={loadChart} />;
}
const loadChart = async () => () => chart;

let page: DeskPage | undefined;
async function open(prepare: (server: Double) => void, timers?: Timers): Promise<DeskPage> {
  page = await openOnDesk(
    <Page />,
    (server) => {
      server.routes['GET /api/darkpool/*'] = ({ path }) => dayOf(path.split('/').at(-1)!);
      prepare(server);
    },
    timers,
  );
  return page;
}
afterEach(async () => {
  await page?.close();
  page = undefined;
  drawn.length = 0;
});

const rowOfSymbol = async (symbol: string) =>
  (await screen.findByRole('rowheader', { name: new RegExp(`^${symbol}`) })).closest('tr')!;
const listed = () => screen.getAllByRole('rowheader').map(({ textContent }) => textContent);
const pushes = (...totals: ReturnType<typeof totalsOf>[]) => {
  return (server: Double) => {
    server.answers['subscribe:darkpool'] = (_payload, socket) => {
      socket.emit('subscription:confirmed', {
        type: 'darkpool',
        symbols: totals.map(({ symbol }) => symbol),
      });
      for (const one of totals) socket.emit('darkpool:update', one);
      return { ok: true, type: 'darkpool', symbols: [] };
    };
  };
};

test('says what it shows, and the amounts and the classified share move with each print', async () => {
  const { server } = await open(pushes(totalsOf('AAPL'), totalsOf('MSFT', { bullish: 9_000_000 })));
  const apple = await rowOfSymbol('AAPL');
  expect(within(apple).getByText('$600,000')).toBeTruthy();
  expect(apple.textContent).toContain('83.3%');
  expect(apple.textContent).toContain('60.0% bullish');
  expect(within(apple).getByTitle('$1,200,000.25')).toBeTruthy();
  expect(listed()).toEqual(['MSFT', 'AAPL']);
  expect(screen.getByText(/which says neither who traded nor why/)).toBeTruthy();
  expect(screen.getByText('20 Nov 2026, New York')).toBeTruthy();
  server.io.emit('darkpool:update', totalsOf('AAPL', { bullish: 650_000.25, prints: 43 }));
  await waitFor(() => expect(apple.textContent).toContain('$650,000'));
  expect(apple.textContent).toContain('43');
  expect(server.emitted('subscribe:darkpool')).toHaveLength(1);
});

test('the symbol that is chosen shows its minutes, its largest prints, gaps and late reports', async () => {
  const { user } = await open((server) => {
    pushes(totalsOf('AAPL'), totalsOf('MSFT', { bullish: 1 }))(server);
    server.routes['GET /api/darkpool/*'] = ({ path }) =>
      dayOf(path.split('/').at(-1)!, {
        gaps: [{ from: '2026-11-20T14:59:00.000Z', to: '2026-11-20T14:59:04.000Z' }],
        late: { prints: 3, notional: 12_345.5 },
      });
  });
  await screen.findByRole('heading', { name: 'AAPL by minute' });
  await user.click(screen.getByRole('button', { name: 'MSFT' }));
  const panel = within(await screen.findByRole('region', { name: 'MSFT by minute' }));
  await panel.findByRole('group', { name: /^Off-exchange amounts of MSFT by minute, from Fri/ });
  await waitFor(() => expect(drawn).toContain(2));
  expect(panel.getByText('Prints from 09:59:00 to 09:59:04 may be missing from these sums.')).toBeTruthy();
  expect(
    panel.getByText(
      '3 prints were reported more than ten seconds late: $12,345.50, counted in no other number.',
    ),
  ).toBeTruthy();
  const largest = within(panel.getByRole('table', { name: 'Largest prints' }));
  expect(largest.getByText('$578,556.25')).toBeTruthy();
  expect(largest.getByText('10:00:30')).toBeTruthy();

  // The keyboard reads minute by minute.
  panel.getByRole('group').focus();
  await user.keyboard('{Home}');
  expect(
    await panel.findByText('10:00, bullish $600,000.00, bearish $1.00, unknown $0.00, 40 prints'),
  ).toBeTruthy();
});

test('prints of the same millisecond and size are rows of their own', async () => {
  const complaints = jest.spyOn(console, 'error').mockImplementation(() => {});
  const [print] = dayOf('AAPL').largest;
  await open((server) => {
    pushes(totalsOf('AAPL'))(server);
    server.routes['GET /api/darkpool/*'] = () => dayOf('AAPL', { largest: [print!, print!, print!] });
  });
  const table = await screen.findByRole('table', { name: 'Largest prints' });
  expect(within(table).getAllByText('10:00:30')).toHaveLength(3);
  expect(complaints).not.toHaveBeenCalled();
  complaints.mockRestore();
});

test.each([
  ['no gap is known', {}, ['No gap is known on 20 Nov 2026 in the times in which it was followed.']],
  [
    'the day began before the service',
    {
      gaps: [{ from: '2026-11-20T09:00:00.000Z', to: '2026-11-20T19:00:00.000Z' }],
      summedSince: '2026-11-20T19:00:00.000Z',
    },
    ['Summed since 14:00:00 New York.'],
  ],
  [
    'it was followed later than the service was started',
    {
      gaps: [{ from: '2026-11-20T09:00:00.000Z', to: '2026-11-20T19:00:00.000Z' }],
      summedSince: '2026-11-20T19:09:00.000Z',
      followedSince: '2026-11-20T19:09:00.000Z',
    },
    ['Summed since 14:09:00 New York, when somebody first followed AAPL on 20 Nov 2026.'],
  ],
  [
    'nobody has followed it',
    { minutes: [], gaps: [] },
    ['Nobody has followed AAPL on 20 Nov 2026: none of its prints is summed yet.'],
  ],
  [
    'an outage goes on',
    { interruptedSince: '2026-11-20T15:05:00.000Z' },
    ['No print has arrived since 10:05:00: these sums are not complete.'],
  ],
])('the panel says what the sums cover where %s', async (_, part, texts) => {
  await open((server) => {
    pushes(totalsOf('AAPL'))(server);
    server.routes['GET /api/darkpool/*'] = () => dayOf('AAPL', part);
  });
  const panel = within(await screen.findByRole('region', { name: 'AAPL by minute' }));
  const list = within(await panel.findByRole('list', { name: 'Completeness' }));
  const said = list.getAllByRole('listitem').map(({ textContent }) => textContent);
  expect(
    said.filter((text) =>
      /gap is known|Summed since|followed AAPL|has arrived|may be missing/.test(text ?? ''),
    ),
  ).toEqual(texts);
});

test('a day without a print says that none was summed, not that none was made', async () => {
  await open((server) => {
    pushes(totalsOf('AAPL'))(server);
    server.routes['GET /api/darkpool/*'] = () => dayOf('AAPL', { minutes: [] });
  });
  const panel = within(await screen.findByRole('region', { name: 'AAPL by minute' }));
  expect(await panel.findByText('No prints of AAPL were summed on 20 Nov 2026')).toBeTruthy();
});

test('a column sorts, and a filter leaves the symbols that begin like it', async () => {
  const { user } = await open(
    pushes(totalsOf('AAPL'), totalsOf('AMZN', { bearish: 1 }), totalsOf('MSFT', { bearish: 9_000_000 })),
  );
  await rowOfSymbol('MSFT');
  await user.click(screen.getByRole('button', { name: /^Symbol/ }));
  expect(listed()).toEqual(['AAPL', 'AMZN', 'MSFT']);
  expect(screen.getByRole('columnheader', { name: /^Symbol/ }).getAttribute('aria-sort')).toBe('ascending');
  await user.click(screen.getByRole('button', { name: /^Bearish/ }));
  expect(listed()).toEqual(['MSFT', 'AAPL', 'AMZN']);
  await user.type(screen.getByLabelText('Symbol begins with'), 'a');
  expect(listed()).toEqual(['AAPL', 'AMZN']);
  await user.type(screen.getByLabelText('Symbol begins with'), 'xx');
  expect(screen.getByText('No symbol with prints today begins like this.')).toBeTruthy();
});

test('of many symbols the first fifty are drawn, and the rest when they are asked for', async () => {
  const many = Array.from({ length: 60 }, (_, index) =>
    totalsOf(`T${String.fromCharCode(65 + Math.floor(index / 26), 65 + (index % 26))}`, {
      bullish: 1_000_000_000 - index,
    }),
  );
  const { user } = await open(pushes(...many));
  await user.click(await screen.findByRole('button', { name: 'Show 10 more of 60 symbols' }));
  expect(listed()).toHaveLength(60);
  expect(listed().at(-1)).toBe('TCH');
  expect(screen.queryByRole('button', { name: /^Show/ })).toBeNull();
});

test('a stale source is said so, and its rows as well', async () => {
  const { server } = await open(pushes(totalsOf('AAPL'), totalsOf('MSFT', { state: 'stale' })));
  await screen.findByText('The amounts of 1 of 2 symbols are not up to date.');
  expect((await rowOfSymbol('MSFT')).textContent).toContain('(not up to date)');
  server.io.emit('darkpool:update', totalsOf('AAPL', { state: 'stale' }));
  await screen.findByText('The source of the prints has stopped: no amount is up to date.');
});

test('a day without prints is no error, and an error can be tried again', async () => {
  await open(() => {});
  await screen.findByText('No off-exchange prints yet today');
  await page?.close();

  const { server, user } = await open((double) => {
    double.routes['GET /api/darkpool/sentiment'] = () => ({
      status: 503,
      error: 'Try later.',
      code: 'UNAVAILABLE',
    });
    double.answers['subscribe:darkpool'] = () => ({ ok: false, code: 'UNAVAILABLE', message: 'Try later.' });
  });
  await screen.findByText('The off-exchange amounts did not load');
  server.routes['GET /api/darkpool/sentiment'] = () => [rowOf(totalsOf('AAPL'))];
  await user.click(screen.getByRole('button', { name: 'Try again' }));
  const row = await rowOfSymbol('AAPL');
  expect(row.textContent).toContain('The number of prints comes with the live connection.');
});

test('after 2, 4 and 8 seconds without a connection the page polls, says so, and is live again by itself', async () => {
  const timers = manualTimers();
  const { server, desk } = await open(pushes(totalsOf('AAPL')), timers);
  const state = () => desk.connection.state.getState();
  await rowOfSymbol('AAPL');
  timers.advance(5_000);
  server.switches.refuseConnect = { message: 'Away', data: { code: 'UNAVAILABLE', retryable: true } };
  server.cut();
  await screen.findByText(/^No live connection: the page tries again by itself\. The amounts are those of/);
  for (const [index, wait] of [2_000, 4_000, 8_000].entries()) {
    await until(() => state().failures === index + 1 && state().retryAt !== null);
    expect(state().retryAt! - timers.now()).toBe(wait);
    timers.advance(wait);
  }
  await screen.findByText(/^No live connection: the amounts are fetched every 5 seconds/);
  server.routes['GET /api/darkpool/sentiment'] = () => [rowOf(totalsOf('AAPL', { bullish: 700_000 }))];
  const apple = await rowOfSymbol('AAPL');
  await waitFor(() => {
    timers.advance(500);
    expect(apple.textContent).toContain('$700,000');
  });
  server.switches.refuseConnect = null;
  await waitFor(() => {
    timers.advance(1_000);
    expect(state().connected).toBe(true);
  });
  await waitFor(() => expect(server.emitted('subscribe:darkpool')).toHaveLength(2));
  await waitFor(() => expect(screen.queryByText(/^No live connection/)).toBeNull());
});

test('a symbol is followed while its panel is open', async () => {
  const { server, user } = await open(pushes(totalsOf('AAPL'), totalsOf('BRK.B', { bullish: 1 })));
  await screen.findByRole('heading', { name: 'AAPL by minute' });
  await until(() => server.emitted('subscribe:watchlist').length === 1);
  await user.click(screen.getByRole('button', { name: 'BRK.B' }));
  await until(() => JSON.stringify(server.emitted('subscribe:watchlist').at(-1)).includes('BRK.B'));
  await until(() => JSON.stringify(server.emitted('unsubscribe:watchlist')).includes('AAPL'));
});
