/**
 * @jest-environment jsdom
 * @jest-environment-options {"customExportConditions": ["node", "node-addons"]}
 */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { act, cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import axe from 'axe-core';
import { singleKeys } from '../../../../dashboard/src/hooks/single-keys.ts';
import { go, usePage } from '../../../../dashboard/src/hooks/use-page.ts';
import { WebSocketProvider } from '../../../../dashboard/src/hooks/websocket-context.tsx';
import { OptionsPage } from '../../../../dashboard/src/pages/options/options-page.tsx';
import { createThemeStore } from '../../../../dashboard/src/stores/theme.ts';
import { MAX_WATCHLIST } from '../../../../dashboard/src/stores/watchlist.ts';
import { MAX_CONTRACTS_PER_CONNECTION } from '../../../../src/protocol/limits.ts';
import type { OptionPayload } from '../../../../src/protocol/options.ts';
import { chainOf, contractId, contractOf, EXPIRATIONS } from '../../support/chains.ts';
import { deskOn, type TestDesk } from '../../support/desk.ts';
import { type Double, refuse, startDouble } from '../../support/double.ts';
import { quoteOf, USER } from '../../support/fixtures.ts';
import { completeBrowser } from '../../support/screen.tsx';

const CHAIN = 'GET /api/market/options/SPY';
const [NEAREST, NEXT] = EXPIRATIONS.map(({ expiry }) => expiry) as [string, string];
const SYMBOLS = [
  { symbol: 'SPY', name: 'SPDR S&P 500 ETF Trust' },
  { symbol: 'BRK.B', name: 'Berkshire Hathaway Inc. Class B' },
  { symbol: 'AAPL', name: 'Apple Inc.' },
];

let server: Double;
let own: TestDesk;
const user = userEvent.setup();

beforeEach(async () => {
  localStorage.clear();
  completeBrowser();
  server = await startDouble();
  server.routes['GET /api/symbols'] = () => SYMBOLS;
  server.routes[`${CHAIN}/expirations`] = () => EXPIRATIONS;
  server.routes[CHAIN] = ({ query }) => chainOf(query.get('expiry') ?? '');
});
afterEach(async () => {
  cleanup();
  own.desk.stop();
  await server.close();
});

function AtAddress() {
  const { page, params } = usePage();
  if (page !== 'options' && page !== 'chain') return null;
  return <OptionsPage params={params} shown user={USER} theme={createThemeStore()} />;
}
/** The page of SPY on time that the test moves. */
function open(address = '/options/SPY') {
  window.history.replaceState(null, '', address);
  own = deskOn(server.url);
  render(
    <WebSocketProvider desk={own.desk}>
      <AtAddress />
    </WebSocketProvider>,
  );
  own.desk.start();
}
const table = () => screen.findByRole('table', { name: /SPY options/ });
const row = (strike: string) =>
  screen.findByRole('row', { name: new RegExp(`(^|[^0-9.])${strike}([^0-9]|$)`) });
const subscribed = () => {
  const contracts = server.emitted('subscribe:options').flatMap(({ payload }) => payload as string[]);
  return new Set(contracts);
};
/** Moves time on until this many contracts are subscribed to: the page waits for the reader to hold still. */
const subscribesTo = (count: number) =>
  waitFor(() => {
    own.timers.advance(50);
    expect(subscribed().size).toBe(count);
  });
const focusIsOn = (name: string | RegExp) =>
  expect(document.activeElement).toBe(within(screen.getByRole('table')).getByRole('link', { name }));
function push(part: Partial<OptionPayload> & { strike: number; type: 'call' | 'put' }) {
  const timestamp = new Date(own.timers.now()).toISOString();
  server.io.emit('option:update', contractOf(part.strike, part.type, { timestamp, ...part }));
}

describe('the chain', () => {
  test('has calls and puts of the nearest expiry around the money, with what is in the money by sign', async () => {
    open();
    const shown = within(await table());
    expect(screen.getByRole('tab', { selected: true }).textContent).toContain('20 Nov 2026');
    expect(screen.getByRole('tab', { selected: true }).textContent).toContain('today');
    expect(screen.getAllByRole('tab')[1]!.textContent).toContain('7 days');
    expect(shown.getAllByRole('row').length).toBe(2 + 11);
    expect(shown.getByRole('link', { name: 'Call 649, in the money' }).textContent).toMatch(/^◂C/);
    expect(shown.getByRole('link', { name: 'Put 649' }).textContent).toMatch(/^PPut/);
    expect(shown.getByRole('link', { name: 'Put 652, in the money' }).textContent).toMatch(/^P▸/);
    expect(within(await row('650')).getByText('at the money')).toBeTruthy();
    expect((await axe.run(document.body, { rules: { region: { enabled: false } } })).violations).toEqual([]);
  });

  test('subscribes to what is in sight and shows what is pushed; leaving unsubscribes', async () => {
    open();
    await table();
    await subscribesTo(22);
    push({ strike: 650, type: 'call', price: 7.77, bid: 7.7, ask: 7.84 });
    await waitFor(async () => expect((await row('650')).textContent).toContain('7.77'));
    cleanup();
    await waitFor(() => expect(own.timers.waits()).toContain(5_000));
    own.timers.advance(5_000);
    await waitFor(() => expect(server.emitted('unsubscribe:options')).toHaveLength(1));
  });

  test('an older value than the chain has is not shown', async () => {
    open();
    await table();
    await subscribesTo(22);
    push({ strike: 650, type: 'call', price: 9.99, timestamp: '2026-11-20T14:00:00.000Z' });
    push({ strike: 651, type: 'call', price: 8.88 });
    await waitFor(async () => expect((await row('651')).textContent).toContain('8.88'));
    expect((await row('650')).textContent).not.toContain('9.99');
  });

  test('calls no contract of an adjusted series in the money: its strike is no price of the stock', async () => {
    const adjusted = (['call', 'put'] as const).map((type) => ({
      ...contractOf(650.5, type),
      contractId: contractId('SPY1', NEAREST, type, 650.5),
    }));
    const low = { ...contractOf(640, 'call'), contractId: contractId('SPY1', NEAREST, 'call', 640) };
    server.routes[CHAIN] = () => {
      const chain = chainOf(NEAREST);
      return { ...chain, contracts: [...chain.contracts, ...adjusted, low] };
    };
    open();
    const shown = within(await table());
    expect(shown.getByRole('link', { name: 'Call 640' })).toBeTruthy();
    expect(shown.getByRole('link', { name: 'Put 650.5' })).toBeTruthy();
    // The line of the price is above the first strike of the stock's own series.
    expect((await row('650.5')).className).not.toContain('border-accent');
    expect((await row('651')).className).toContain('border-accent');
  });

  test('says why a number is missing, and whose the greeks are', async () => {
    server.routes[CHAIN] = () => ({
      ...chainOf(NEAREST),
      contracts: [
        contractOf(650, 'call', {
          impliedVolatility: undefined,
          delta: undefined,
          noGreeks: 'below-intrinsic',
        }),
        contractOf(650, 'put', { greeksSource: 'vendor', bid: undefined, price: undefined }),
      ],
    });
    open();
    const cells = within(await row('650'));
    expect(cells.getAllByText('Not computable: its price is at or below what exercise brings')).toHaveLength(
      2,
    );
    expect(cells.getByText('No bid is known')).toBeTruthy();
    expect(cells.getByText('No trade is known')).toBeTruthy();
    expect(cells.getAllByText('From the data provider')).toHaveLength(2);
  });

  test('says of each number where it is from and of when', async () => {
    open();
    const cells = within(await row('650')).getAllByRole('cell');
    const shown = cells.filter(({ textContent }) => textContent !== '' && textContent !== '—');
    const told = shown.filter((cell) =>
      [...cell.querySelectorAll('[title]')].some((one) =>
        /Simulated.*20 Nov/.test(one.getAttribute('title')!),
      ),
    );
    expect(shown.length).toBeGreaterThan(10);
    expect(told).toHaveLength(shown.length);
  });

  test('an old value has an age in days, unless it is of a recording', async () => {
    const old = { timestamp: '2026-11-17T14:59:00.000Z' };
    server.routes[CHAIN] = () => ({
      ...chainOf(NEAREST),
      contracts: [
        contractOf(650, 'call', { ...old, state: 'live' }),
        contractOf(651, 'call', { ...old, state: 'replay' }),
      ],
    });
    open();
    const cells = async (strike: string) =>
      within(await row(strike))
        .getAllByRole('cell')
        .map(({ textContent }) => textContent);
    expect(await cells('650')).toContain('3 d');
    expect(await cells('651')).not.toContain('3 d');
  });

  test('a stale contract is marked with its age', async () => {
    open();
    await table();
    await subscribesTo(22);
    push({ strike: 650, type: 'put', state: 'stale', timestamp: '2026-11-20T14:59:59.000Z' });
    own.timers.advance(180_000);
    await waitFor(async () => expect((await row('650')).textContent).toContain('Stale, 3 min'));
  });

  test('a strike filter leaves its strikes, refuses nonsense and can be undone', async () => {
    open();
    const shown = within(await table());
    await user.type(screen.getByLabelText('Strikes from'), '649');
    await user.type(screen.getByLabelText('Strikes to'), '651');
    expect(shown.getAllByRole('row')).toHaveLength(2 + 3);
    await user.clear(screen.getByLabelText('Strikes to'));
    await user.type(screen.getByLabelText('Strikes to'), '1');
    await screen.findByText('The first strike is above the second.');
    await user.clear(screen.getByLabelText('Strikes to'));
    await user.clear(screen.getByLabelText('Strikes from'));
    await user.type(screen.getByLabelText('Strikes from'), '900');
    await user.click(await screen.findByRole('button', { name: 'Show all' }));
    expect(within(await table()).getAllByRole('row')).toHaveLength(2 + 11);
  });

  test('a strike filter that hides the money frames no other strike, and the way there undoes it', async () => {
    open();
    const shown = within(await table());
    const from = screen.getByLabelText('Strikes from');
    await user.type(from, '653');
    expect(shown.getAllByRole('row')).toHaveLength(2 + 3);
    expect(shown.queryByText('at the money')).toBeNull();
    await user.click(screen.getByRole('button', { name: 'To the money' }));
    expect(from).toHaveProperty('value', '');
    expect(within(await row('650')).getByText('at the money')).toBeTruthy();
    await user.type(from, '653');
    shown.getByRole('link', { name: 'Put 654, in the money' }).focus();
    await user.keyboard('m');
    expect(from).toHaveProperty('value', '');
    focusIsOn('Put 650');
    await user.type(from, '649');
    expect(within(await row('650')).getByText('at the money')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'To the money' }));
    expect(from).toHaveProperty('value', '649');
  });

  test('columns are the reader’s choice and are remembered', async () => {
    open();
    await table();
    expect(screen.queryByText('Call: Gamma')).toBeNull();
    await user.click(screen.getByRole('button', { name: 'Columns' }));
    await user.click(await screen.findByRole('menuitemcheckbox', { name: 'Gamma' }));
    await user.click(screen.getByRole('menuitemcheckbox', { name: 'Bid' }));
    await user.keyboard('{Escape}');
    expect(await screen.findByText('Call: Gamma')).toBeTruthy();
    cleanup();
    own.desk.stop();
    open();
    await table();
    expect(screen.getByText('Put: Gamma')).toBeTruthy();
    expect(screen.queryByText('Call: Bid')).toBeNull();
  });

  test('the head names price, volatility, ratios and the strikes of the largest open interest', async () => {
    open();
    await table();
    const figure = (label: string) => screen.getByText(label).nextElementSibling?.textContent;
    server.io.emit('quote:update', quoteOf('SPY', { price: 650.4, previousClose: 648.4 }));
    expect(figure('ATM volatility')).toBe('18.0%');
    expect(figure('Put/call volume')).toBe('1.00');
    expect(figure('Put/call open int.')).toBe('1.00');
    expect(figure('Most open calls')).toBe('650 4K open');
    expect(screen.getByRole('img', { name: /^Implied volatility by strike from 645 to 655/ })).toBeTruthy();
    expect(
      screen.getByRole('img', { name: /^Open interest by strike.*at most 4,000 contracts/ }),
    ).toBeTruthy();
  });

  test('sums keep what was pushed of a strike that has gone out of sight', async () => {
    open();
    await table();
    await subscribesTo(22);
    const ratio = () => screen.getByText('Put/call volume').nextElementSibling?.textContent;
    push({ strike: 645, type: 'put', volume: 14_400 });
    await waitFor(() => {
      own.timers.advance(1_000);
      expect(ratio()).toBe('2.00');
    });
    const latest = () => own.desk.states.option.getState().bySubject;
    await user.type(screen.getByRole('textbox', { name: /from/i }), '650');
    await waitFor(() => {
      own.timers.advance(5_000);
      expect(latest()[contractId('SPY', NEAREST, 'put', 645)]).toBeUndefined();
    });
    own.timers.advance(1_000);
    expect(ratio()).toBe('2.00');
  });

  test('a narrow screen shows one side at a time', async () => {
    const wide = window.matchMedia;
    window.matchMedia = ((query: string) =>
      query.includes('max-width')
        ? { ...wide(query), matches: true }
        : wide(query)) as typeof window.matchMedia;
    open();
    const shown = within(await table());
    expect(shown.queryByRole('link', { name: /^Put/ })).toBeNull();
    await subscribesTo(11);
    await user.click(screen.getByRole('radio', { name: 'Puts' }));
    expect(shown.getByRole('link', { name: 'Put 652, in the money' })).toBeTruthy();
    expect(shown.queryByRole('link', { name: /^Call/ })).toBeNull();
  });
});

describe('with the keyboard', () => {
  test('one goes through strikes, sides and expiries, and opens a contract', async () => {
    open();
    const shown = within(await table());
    shown.getByRole('link', { name: 'Call 650, in the money' }).focus();
    await user.keyboard('{ArrowDown}');
    focusIsOn('Call 651');
    await user.keyboard('{ArrowRight}');
    focusIsOn('Put 651, in the money');
    await user.keyboard('{Home}');
    focusIsOn('Put 645');
    await user.keyboard('{End}{ArrowUp}');
    focusIsOn('Put 654, in the money');
    await user.keyboard('m{ArrowLeft}');
    focusIsOn('Call 650, in the money');
    await user.keyboard(']');
    expect(screen.getByRole('tab', { selected: true }).textContent).toContain('27 Nov 2026');
    expect(document.activeElement).toBe(screen.getByRole('tab', { selected: true }));
    expect(window.location.search).toBe(`?expiry=${NEXT}`);
    await user.keyboard('{ArrowRight}{ArrowLeft}{ArrowLeft}');
    expect(screen.getByRole('tab', { selected: true }).textContent).toContain('20 Nov 2026');
    own.timers.advance(1_000);
    const again = within(await table());
    again.getByRole('link', { name: 'Put 650' }).focus();
    await user.keyboard('{Enter}');
    expect(window.location.pathname).toBe(`/s/${contractId('SPY', NEAREST, 'put', 650)}`);
  });

  test('[ and ] go on at the same side and the nearest strike of the next expiry', async () => {
    server.routes[CHAIN] = ({ query }) => {
      const chain = chainOf(query.get('expiry') ?? '');
      const contracts = chain.contracts.filter(({ strike }) => chain.expiry === NEAREST || strike % 5 === 0);
      return { ...chain, contracts };
    };
    open();
    within(await table())
      .getByRole('link', { name: 'Put 646' })
      .focus();
    await user.keyboard(']');
    own.timers.advance(1_000);
    await screen.findByRole('table', { name: /27 Nov 2026/ });
    focusIsOn('Put 645');
    await user.keyboard('[[');
    own.timers.advance(1_000);
    await screen.findByRole('table', { name: /20 Nov 2026/ });
    focusIsOn('Put 645');
    await user.click(screen.getAllByRole('tab')[1]!);
    own.timers.advance(1_000);
    await screen.findByRole('table', { name: /27 Nov 2026/ });
    expect(document.activeElement).toBe(screen.getByRole('tab', { selected: true }));
  });

  test('only one contract of the table is in the tab order', async () => {
    open();
    const links = within(await table()).getAllByRole('link');
    expect(links.filter((link) => link.tabIndex === 0)).toHaveLength(1);
    expect(links).toHaveLength(22);
  });
});

test('the strikes that were chosen stay when the expiry changes', async () => {
  open();
  await table();
  await user.type(screen.getByLabelText('Strikes from'), '650');
  await waitFor(() => expect(screen.getAllByRole('row')).toHaveLength(2 + 6));
  await user.click(screen.getByRole('tab', { name: /27 Nov 2026/ }));
  own.timers.advance(1_000);
  await screen.findByRole('table', { name: /27 Nov 2026/ });
  expect(screen.getAllByRole('row')).toHaveLength(2 + 6);
  expect((screen.getByLabelText('Strikes from') as HTMLInputElement).value).toBe('650');
});

test('single keys that are switched off move neither the expiry nor the strike', async () => {
  open();
  const shown = within(await table());
  act(() => singleKeys.switch(false));
  shown.getByRole('link', { name: 'Call 655' }).focus();
  await user.keyboard('m]');
  focusIsOn('Call 655');
  expect(screen.getByRole('tab', { selected: true }).textContent).toContain('20 Nov 2026');
  act(() => singleKeys.switch(true));
});

test('a feed of options that has stopped is told, whatever the feed of stocks does, with its last price', async () => {
  open();
  await table();
  await subscribesTo(22);
  Object.assign(server.options, { state: 'down', lastTickAgeMs: 60_000 });
  own.timers.advance(31_000);
  const notice = /^The source of the option prices has stopped\. Its last price came at .+\.$/;
  await screen.findByText(notice);
  // The first price after it says that the source runs, long before the server is asked again.
  own.timers.advance(1_000);
  push({ strike: 650, type: 'call', price: 7.77 });
  await waitFor(async () => expect((await row('650')).textContent).toContain('7.77'));
  act(() => own.timers.advance(1_000));
  expect(screen.queryByText(notice)).toBeNull();
});

describe('a chain of 250 strikes', () => {
  beforeEach(() => {
    server.routes[CHAIN] = () => chainOf(NEAREST, { strikes: 250 });
  });

  test('renders a part of its rows and subscribes to no more than what is near', async () => {
    open();
    const shown = await table();
    expect(shown.getAttribute('aria-rowcount')).toBe('252');
    expect(within(shown).getAllByRole('row').length).toBeLessThan(70);
    expect(within(shown).getByRole('link', { name: 'Call 650, in the money' })).toBeTruthy();
    // jsdom reports no scrolling that a program does.
    fireEvent.scroll(screen.getByRole('region', { name: 'Option chain, scrollable' }));
    await waitFor(() => {
      own.timers.advance(50);
      expect(subscribed().size).toBeGreaterThan(40);
    });
    expect(subscribed().size).toBeLessThanOrEqual(MAX_CONTRACTS_PER_CONNECTION - MAX_WATCHLIST - 1);
    expect(subscribed()).toContain(contractId('SPY', NEAREST, 'call', 650));
  });

  test('leaves room for the contracts of the watchlist and the chart on a screen of any height', async () => {
    const height = jest.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(8_000);
    open();
    await table();
    await subscribesTo(MAX_CONTRACTS_PER_CONNECTION - MAX_WATCHLIST - 1);
    height.mockRestore();
  });

  test('keeps the focus while the keyboard goes far', async () => {
    open();
    const shown = within(await table());
    shown.getByRole('link', { name: 'Call 650, in the money' }).focus();
    await user.keyboard('{End}');
    focusIsOn('Call 774');
    await user.keyboard('{Home}{PageDown}');
    expect(document.activeElement?.textContent).toMatch(/Call 5\d\d, in the money$/);
  });
});

describe('a chain that cannot be shown', () => {
  test.each([
    [403, 'NOT_IN_PLAN', 'The market data source has no options of SPY'],
    [404, 'NOT_FOUND', 'There is no option chain of “SPY”'],
    [422, 'UNSUPPORTED_INSTRUMENT', 'There is no option chain of “SPY”'],
  ] as const)('%d %s: says why, and offers no retry that would fail again', async (status, code, title) => {
    server.routes[`${CHAIN}/expirations`] = () => refuse(status, code, 'There are no options.');
    open();
    await screen.findByText(title);
    expect(screen.queryByRole('button', { name: 'Try again' })).toBeNull();
  });

  test('unavailable: offers another try', async () => {
    server.routes[CHAIN] = () => refuse(503, 'UNAVAILABLE', 'The source does not answer.');
    open();
    await screen.findByText('The option chain is unavailable right now');
    server.routes[CHAIN] = ({ query }) => chainOf(query.get('expiry') ?? '');
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    await table();
  });

  test('no listed options', async () => {
    server.routes[`${CHAIN}/expirations`] = () => [];
    open();
    await screen.findByText('SPY has no listed options');
  });

  test('a part of the chain is called one', async () => {
    server.routes[CHAIN] = () => ({ ...chainOf(NEAREST), partial: true });
    open();
    await screen.findByText(/^The source sent a part of the chain only/);
    expect(screen.getByText('Strikes are missing from the chain').getAttribute('role')).toBe('status');
  });

  test('a chain that could not be loaded again is announced once, without its age', async () => {
    server.routes[CHAIN] = () => chainOf(NEAREST, { part: { state: 'closed' } });
    open();
    await table();
    server.routes[CHAIN] = () => refuse(503, 'UNAVAILABLE', 'The source does not answer.');
    own.timers.advance(60_000);
    await screen.findByText(/^Contracts out of sight are as of .+ The source does not answer\.$/);
    expect(screen.getByText('The chain could not be loaded again').getAttribute('role')).toBe('status');
  });

  test('a closed market is called so', async () => {
    const { contracts, ...chain } = chainOf(NEAREST);
    const closed = contracts.map((contract) => ({ ...contract, state: 'closed' as const }));
    server.routes[CHAIN] = () => ({ ...chain, contracts: closed });
    open();
    await screen.findByText('The market is closed: these are its last prices.');
    expect(screen.queryByText('Prices arrive as they should.')).toBeNull();
  });
});

test('prices that have come to a stop are called so after fifteen seconds', async () => {
  open();
  await table();
  await subscribesTo(22);
  push({ strike: 650, type: 'call', price: 7.77 });
  await waitFor(async () => expect((await row('650')).textContent).toContain('7.77'));
  own.timers.advance(16_000);
  await screen.findByText(/^No price of this chain has come for 1\d s, since .+\.$/);
  push({ strike: 650, type: 'call', price: 7.78 });
  await waitFor(() => {
    own.timers.advance(1_000);
    expect(screen.queryByText(/No price of this chain/)).toBeNull();
  });
});

test('the address without an underlying leads to the one that was open last, else to the watchlist’s first', async () => {
  open('/options');
  await waitFor(() => expect(window.location.pathname).toBe('/options/AAPL'));
  cleanup();
  own.desk.stop();
  open();
  await table();
  cleanup();
  own.desk.stop();
  open('/options');
  await waitFor(() => expect(window.location.pathname).toBe('/options/SPY'));
  cleanup();
  own.desk.stop();
  server.routes['GET /api/market/options/ZZZZ/expirations'] = () => refuse(404, 'UNKNOWN_SYMBOL', 'Unknown.');
  open('/options/ZZZZ');
  await screen.findByText('There is no option chain of “ZZZZ”');
  cleanup();
  own.desk.stop();
  open('/options');
  await waitFor(() => expect(window.location.pathname).toBe('/options/SPY'));
});

test.each([
  ['/options/brk-b', '/options/BRK.B'],
  ['/options/spy?expiry=2026-11-27', '/options/SPY?expiry=2026-11-27'],
  ['/options/O:BRKB261127C00500000', '/options/BRK.B?expiry=2026-11-27'],
  ['/options/o:spy1261218p00650000', '/options/SPY?expiry=2026-12-18'],
])('the address %s leads to %s', async (address, chain) => {
  open(address);
  await waitFor(() => expect(window.location.pathname + window.location.search).toBe(chain));
  await waitFor(() =>
    expect(server.asked.map(({ path }) => path)).toContain(
      `/api/market/options/${chain.split(/[/?]/)[2]}/expirations`,
    ),
  );
});

test.each([
  ['2020-01-17', '17 Jan 2020'],
  ['soon', '“soon”'],
])('an expiry %s that is not listed makes way for the nearest, with a note', async (expiry, name) => {
  open(`/options/SPY?expiry=${expiry}`);
  const note = `No listed contract expires on ${name}. The nearest expiry is shown.`;
  await screen.findByText(note);
  await table();
  expect(window.location.search).toBe(`?expiry=${NEAREST}`);
  await user.click(screen.getAllByRole('tab')[1]!);
  expect(screen.queryByText(note)).toBeNull();
  expect(window.location.search).toBe(`?expiry=${NEXT}`);
});

test('the note of an expiry that is not listed ends where the address names a listed one', async () => {
  open('/options/SPY?expiry=2020-01-17');
  const note = 'No listed contract expires on 17 Jan 2020. The nearest expiry is shown.';
  await screen.findByText(note);
  await table();
  act(() => go(`/options/SPY?expiry=${NEXT}`));
  await waitFor(() =>
    expect(screen.getByRole('tab', { selected: true }).textContent).toContain('27 Nov 2026'),
  );
  expect(screen.queryByText(note)).toBeNull();
});

test.each(['ZZZZ', 'no%20symbol%20at%20all'])('the address of %s says that there is none', async (name) => {
  open(`/options/${name}`);
  await screen.findByText(`This market has no symbol “${decodeURIComponent(name)}”`);
  expect(screen.queryByRole('button', { name: 'Try again' })).toBeNull();
});

test('without an answer about the symbols, the chain of the address is tried', async () => {
  server.routes['GET /api/symbols'] = () => refuse(503, 'UNAVAILABLE', 'Not now.');
  open('/options/spy');
  await table();
  expect(window.location.pathname).toBe('/options/SPY');
});
