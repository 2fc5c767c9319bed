/**
 * @jest-environment jsdom
 * @jest-environment-options {"customExportConditions": ["node", "node-addons"]}
 */
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { act, screen, waitFor, within } from '@testing-library/react';
import { Profiler } from 'react';
import { LiveWatchlist } from '../../../../dashboard/src/features/watchlist/live-watchlist.tsx';
import { WatchlistRow } from '../../../../dashboard/src/features/watchlist/watchlist-row.tsx';
import { WATCHLIST_ACK } from '../../support/answers.ts';
import { chainOf, contractId, contractOf } from '../../support/chains.ts';
import { type Double, refuse } from '../../support/double.ts';
import { quoteOf } from '../../support/fixtures.ts';
import { type DeskPage, openOnDesk, openPage } from '../../support/screen.tsx';

let page: DeskPage;
afterEach(() => page.close());

const row = (symbol: string) => screen.findByRole('row', { name: new RegExp(symbol) });
const order = () => screen.getAllByRole('rowheader').map((cell) => cell.textContent);
const saved = () => page.server.requests('PUT', '/api/watchlist').map(({ body }) => body);

const CONTRACT = contractId('AAPL', '2026-12-18', 'call', 650);

describe('an option contract', () => {
  const watched = (server: Double) => {
    server.routes['GET /api/watchlist'] = () => ({ symbols: ['AAPL', CONTRACT] });
  };

  test('has its readable name and the values of the feed of options', async () => {
    page = await openPage(<LiveWatchlist />, watched);
    const contract = await row('AAPL 18 Dec 26 650 C');
    await waitFor(() =>
      expect(page.server.emitted('subscribe:options').map(({ payload }) => payload)).toEqual([[CONTRACT]]),
    );
    expect(page.server.emitted('subscribe:watchlist').map(({ payload }) => payload)).toEqual([['AAPL']]);
    const underlying = 'AAPL';
    const expiry = '2026-12-18';
    page.server.io.emit('option:update', contractOf(650, 'call', { underlying, expiry, price: 7.77 }));
    await within(contract).findByText('7.77');
    expect(contract.textContent).toContain('▲+2.50%');
    page.server.io.emit('option:update', contractOf(650, 'call', { underlying, expiry, price: undefined }));
    await within(contract).findByText('–');
    expect(within(contract).queryByText('No data yet')).toBeNull();
    page.server.io.emit(
      'option:update',
      contractOf(650, 'call', { underlying, expiry, price: undefined, state: 'missing' }),
    );
    await within(contract).findByText('No data yet');
  });

  test('that has expired says so, before and after a page was opened, unless a recording is of its time', async () => {
    const past = contractId('AAPL', '2026-11-13', 'call', 650);
    page = await openPage(<LiveWatchlist />, (server) => {
      server.routes['GET /api/watchlist'] = () => ({ symbols: [CONTRACT, past] });
    });
    await within(await row('AAPL 13 Nov 26 650 C')).findByText('expired');
    const contract = within(await row('AAPL 18 Dec 26 650 C'));
    expect(contract.queryByText('expired')).toBeNull();
    await waitFor(() => expect(page.server.emitted('subscribe:options')).toHaveLength(1));
    const ended = { state: 'closed', noGreeks: 'expired' } as const;
    page.server.io.emit(
      'option:update',
      contractOf(650, 'call', { underlying: 'AAPL', expiry: '2026-12-18', ...ended }),
    );
    await contract.findByText('expired');
    page.server.quote('AAPL', { state: 'replay' });
    await waitFor(async () =>
      expect(within(await row('AAPL 13 Nov 26 650 C')).queryByText('expired')).toBeNull(),
    );
  });

  test('is sorted among the others by its price and its name', async () => {
    page = await openPage(<LiveWatchlist />, watched);
    const contract = await row('AAPL 18 Dec 26 650 C');
    await waitFor(() => expect(page.server.emitted('subscribe:options')).toHaveLength(1));
    page.server.io.emit(
      'option:update',
      contractOf(650, 'call', { underlying: 'AAPL', expiry: '2026-12-18', price: 999 }),
    );
    await within(contract).findByText('999.00');
    await page.user.click(screen.getByRole('button', { name: /^Price/ }));
    expect(order()).toEqual(['AAPL 18 Dec 26 650 C', 'AAPL']);
  });

  test('is found as a person writes it, where it is listed, and opens its page', async () => {
    const trading = await openPage(<LiveWatchlist />, (server) => {
      server.routes['GET /api/market/options/AAPL'] = ({ query }) =>
        chainOf(query.get('expiry') ?? '', { underlying: 'AAPL' });
    });
    page = trading;
    await row('MSFT');
    const search = screen.getByRole('combobox');
    await page.user.type(search, 'aapl 2026-12-18 9000 c');
    await screen.findByText(/^No known symbol or contract matches/);
    await page.user.clear(search);
    await page.user.type(search, 'aapl 2026-12-18 650 c');
    await screen.findByRole('option', { name: 'AAPL 18 Dec 2026 650 call' });
    await page.user.keyboard('{Enter}');
    const contract = await row('AAPL 18 Dec 26 650 C');
    await waitFor(() => expect(saved()).toEqual([{ symbols: ['AAPL', 'MSFT', 'TSLA', CONTRACT] }]));
    await page.user.click(within(contract).getByRole('button', { name: 'AAPL 18 Dec 26 650 C' }));
    expect(trading.stores.view.getState().symbol).toBe(CONTRACT);
  });
});

describe('quotes', () => {
  test('a row has the price, and the change with sign and arrow', async () => {
    page = await openPage(<LiveWatchlist />);
    const apple = await row('AAPL');
    await within(apple).findByText('231.42');
    expect(apple.textContent).toContain('▲+1.01%');
    expect((await row('MSFT')).textContent).toContain('▼−0.77%');
    expect((await row('TSLA')).textContent).toContain('0.00%');
  });

  test('no quote yet is a dash, and so is the change without a previous close', async () => {
    page = await openPage(<LiveWatchlist />, ({ answers, routes }) => {
      answers['subscribe:watchlist'] = () => WATCHLIST_ACK;
      // A page that waits long for its first quote asks here.
      routes['GET /api/quotes'] = () => [];
    });
    const apple = await row('AAPL');
    expect(within(apple).getAllByText('–')).toHaveLength(2);
    await waitFor(() => expect(page.server.emitted('subscribe:watchlist')).toHaveLength(1));
    page.server.quote('AAPL', { previousClose: undefined });
    await within(apple).findByText('231.42');
    expect(within(apple).getAllByText('–')).toHaveLength(1);
  });

  test('prices below a dollar have four decimals', async () => {
    page = await openPage(<LiveWatchlist />, ({ routes }) => {
      routes['GET /api/watchlist'] = () => ({ symbols: ['SIRI'] });
    });
    expect(await within(await row('SIRI')).findByText('0.8125')).toBeTruthy();
  });

  test('a stale quote is greyed and shows its age', async () => {
    page = await openPage(<LiveWatchlist />);
    const apple = await row('AAPL');
    await within(apple).findByText('231.42');
    const timestamp = new Date(Date.now() - 3 * 60_000).toISOString();
    page.server.quote('AAPL', { state: 'stale', timestamp });
    expect(await within(apple).findByText('3 min old')).toBeTruthy();
    expect(apple.classList.contains('not-live')).toBe(true);
  });

  test('a quote renders the row of its symbol and no other', async () => {
    const renders: string[] = [];
    page = await openPage(
      <table>
        <tbody>
          {['AAPL', 'MSFT'].map((symbol) => (
            <Profiler key={symbol} id={symbol} onRender={(id) => renders.push(id)}>
              <WatchlistRow symbol={symbol} />
            </Profiler>
          ))}
        </tbody>
      </table>,
    );
    await row('AAPL');
    renders.length = 0;
    act(() =>
      page.desk.states.quote.setState({ bySubject: { AAPL: { ...quoteOf('AAPL'), receivedAt: 1 } } }),
    );
    expect(new Set(renders)).toEqual(new Set(['AAPL']));
  });

  test('a move tints the price, unless the reader asked for less motion', async () => {
    page = await openPage(<LiveWatchlist />);
    const animate = jest.mocked(Element.prototype.animate);
    const apple = await row('AAPL');
    await within(apple).findByText('231.42');
    page.server.quote('AAPL', { price: 232 });
    await within(apple).findByText('232.00');
    expect(animate).not.toHaveBeenCalled();
    const calm = window.matchMedia;
    window.matchMedia = ((query: string) => ({ ...calm(query), matches: false })) as typeof window.matchMedia;
    page.server.quote('AAPL', { price: 233 });
    await within(apple).findByText('233.00');
    await waitFor(() => expect(animate).toHaveBeenCalledTimes(1));
  });
});

describe('the list', () => {
  test('an empty list says what to do', async () => {
    page = await openPage(<LiveWatchlist />, ({ routes }) => {
      routes['GET /api/watchlist'] = () => ({ symbols: [] });
    });
    expect(await screen.findByText('Your watchlist is empty')).toBeTruthy();
  });

  test('a list that could not be loaded can be tried again', async () => {
    page = await openPage(<LiveWatchlist />, ({ routes }) => {
      routes['GET /api/watchlist'] = () => ({ status: 500, error: 'Broken', code: 'INTERNAL' });
    });
    await screen.findByText('The watchlist could not be loaded');
    page.server.routes['GET /api/watchlist'] = () => ({ symbols: ['NVDA'] });
    await page.user.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await row('NVDA')).toBeTruthy();
  });

  test('a symbol is found by its company, added by keyboard, subscribed and saved', async () => {
    page = await openPage(<LiveWatchlist />);
    await row('AAPL');
    const search = screen.getByRole('combobox', { name: 'Add a symbol to the watchlist' });
    await page.user.type(search, 'nvid');
    const option = await screen.findByRole('option', { name: /NVDA/ });
    expect(search.getAttribute('aria-activedescendant')).toBeNull();
    await page.user.keyboard('{ArrowDown}');
    expect(search.getAttribute('aria-activedescendant')).toBe(option.id);
    await page.user.keyboard('{Enter}');
    expect(await row('NVDA')).toBeTruthy();
    await waitFor(() => expect(saved()).toEqual([{ symbols: ['AAPL', 'MSFT', 'TSLA', 'NVDA'] }]));
    await waitFor(() =>
      expect(page.server.emitted('subscribe:watchlist').flatMap(({ payload }) => payload)).toContain('NVDA'),
    );
  });

  test('what is on the list cannot be added again, and what is unknown is said to be', async () => {
    page = await openPage(<LiveWatchlist />);
    await row('AAPL');
    const search = screen.getByRole('combobox');
    await page.user.type(search, 'aapl');
    const option = await screen.findByRole('option', { name: /AAPL.*on the list/ });
    expect(option.getAttribute('aria-disabled')).toBe('true');
    await page.user.click(option);
    await page.user.clear(search);
    await page.user.type(search, 'qqqq');
    expect(await screen.findByText('No known symbol or contract matches “qqqq”.')).toBeTruthy();
    await page.user.keyboard('{Enter}');
    expect(saved()).toEqual([]);
  });

  test('a company whose name looks like a strike is found', async () => {
    page = await openPage(<LiveWatchlist />, ({ routes }) => {
      routes['GET /api/market/options/PIER/expirations'] = () => refuse(404, 'UNKNOWN_SYMBOL', 'No PIER.');
      routes['GET /api/market/search'] = ({ query }) =>
        query.get('q') === 'pier 1' ? [{ symbol: 'PIR', name: 'Pier 1 Imports', type: 'stock' }] : [];
    });
    await row('AAPL');
    await page.user.type(screen.getByRole('combobox'), 'pier 1');
    expect(await screen.findByRole('option', { name: /PIR.*Pier 1 Imports/ })).toBeTruthy();
  });

  test('a plan without options says so, and asks for no retry', async () => {
    page = await openPage(<LiveWatchlist />, ({ routes }) => {
      routes['GET /api/market/options/SPY/expirations'] = () =>
        refuse(403, 'NOT_IN_PLAN', 'The plan has no options.');
    });
    await row('AAPL');
    await page.user.type(screen.getByRole('combobox'), 'spy 650');
    await screen.findByText('Option contracts cannot be searched: The plan has no options.');
  });

  test('a symbol is removed, and the list saved without it', async () => {
    page = await openPage(<LiveWatchlist />);
    await row('MSFT');
    await page.user.click(screen.getByRole('button', { name: 'Remove MSFT from the watchlist' }));
    expect(order()).toEqual(['AAPL', 'TSLA']);
    expect(document.activeElement?.getAttribute('aria-label')).toBe('Remove TSLA from the watchlist');
    await waitFor(() => expect(saved()).toEqual([{ symbols: ['AAPL', 'TSLA'] }]));
  });

  test('a change that could not be saved says so and can be saved again', async () => {
    page = await openPage(<LiveWatchlist />, ({ routes }) => {
      routes['PUT /api/watchlist'] = () => ({ status: 503, error: 'The disk is full.', code: 'UNAVAILABLE' });
    });
    await row('MSFT');
    await page.user.click(screen.getByRole('button', { name: 'Remove MSFT from the watchlist' }));
    expect((await screen.findByRole('alert')).textContent).toContain('Not saved. The disk is full.');
    page.server.routes['PUT /api/watchlist'] = ({ body }) => body;
    await page.user.click(screen.getByRole('button', { name: 'Save again' }));
    await waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
  });

  test('it is sorted by a column up, down, and back to its own order', async () => {
    page = await openPage(<LiveWatchlist />);
    await within(await row('TSLA')).findByText('248.50');
    const header = () => screen.getByRole('columnheader', { name: 'Price' });
    const sort = () => page.user.click(within(header()).getByRole('button'));
    await sort();
    expect(header().getAttribute('aria-sort')).toBe('descending');
    expect(order()).toEqual(['MSFT', 'TSLA', 'AAPL']);
    await sort();
    expect(header().getAttribute('aria-sort')).toBe('ascending');
    expect(order()).toEqual(['AAPL', 'TSLA', 'MSFT']);
    await sort();
    expect(header().getAttribute('aria-sort')).toBeNull();
    expect(order()).toEqual(['AAPL', 'MSFT', 'TSLA']);
  });

  test('a click on a symbol opens it', async () => {
    const trading = await openPage(<LiveWatchlist />);
    page = trading;
    await row('TSLA');
    await page.user.click(screen.getByRole('button', { name: 'TSLA' }));
    expect(trading.stores.view.getState()).toMatchObject({ symbol: 'TSLA', view: 'trade' });
  });
});

describe('on any other page', () => {
  afterEach(() => window.history.replaceState(null, '', '/'));

  test('the list shows prices and lines, and can be changed', async () => {
    page = await openOnDesk(<LiveWatchlist />);
    const apple = await row('AAPL');
    await within(apple).findByText('231.42');
    await waitFor(() => expect(apple.querySelector('polyline')).not.toBeNull());
    expect(screen.queryByRole('row', { current: true })).toBeNull();
    await page.user.click(screen.getByRole('button', { name: 'Remove MSFT from the watchlist' }));
    await waitFor(() => expect(saved()).toEqual([{ symbols: ['AAPL', 'TSLA'] }]));
  });

  test('a click on a symbol goes to its address', async () => {
    page = await openOnDesk(<LiveWatchlist />);
    await row('TSLA');
    await page.user.click(screen.getByRole('button', { name: 'TSLA' }));
    expect(window.location.pathname).toBe('/s/TSLA');
  });
});

test('a halted symbol says so until trading goes on', async () => {
  page = await openPage(<LiveWatchlist />);
  const aapl = within(await row('AAPL'));
  await aapl.findByText('231.42');
  page.server.io.emit('quote:update', quoteOf('AAPL', { halted: true }));
  await aapl.findByText('Halted');
  page.server.io.emit('quote:update', quoteOf('AAPL'));
  await waitFor(() => expect(aapl.queryByText('Halted')).toBeNull());
});
