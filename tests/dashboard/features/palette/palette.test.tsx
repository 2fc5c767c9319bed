/**
 * @jest-environment jsdom
 * @jest-environment-options {"customExportConditions": ["node", "node-addons"]}
 */
import { afterEach, expect, jest, test } from '@jest/globals';
import { screen, waitFor, within } from '@testing-library/react';
import axe from 'axe-core';
import type { PaletteItem } from '../../../../dashboard/src/features/palette/items.ts';
import { PaletteButton } from '../../../../dashboard/src/features/palette/palette-button.tsx';
import { chainOf, EXPIRATIONS } from '../../support/chains.ts';
import { refuse } from '../../support/double.ts';
import { type DeskPage, openOnDesk } from '../../support/screen.tsx';

let page: DeskPage;
afterEach(() => page.close());

const PAGES = [
  { title: 'Trading', path: '/s/MSFT' },
  { title: 'Monitor', path: '/monitor' },
];

async function open(prepare?: Parameters<typeof openOnDesk>[1]) {
  const chosen = jest.fn<(item: PaletteItem) => void>();
  page = await openOnDesk(<PaletteButton pages={PAGES} onChoose={chosen} />, prepare);
  const options = () => screen.queryAllByRole('option').map(({ textContent }) => textContent);
  const active = () => {
    const id = screen.getByRole('combobox').getAttribute('aria-activedescendant');
    return id === null ? null : document.getElementById(id)?.textContent;
  };
  return { chosen, options, active };
}

test('the slash opens it with the watchlist and the pages, and Escape’s event closes it', async () => {
  const { options } = await open();
  await page.user.keyboard('/');
  const dialog = await screen.findByRole('dialog', { name: 'Search' });
  await waitFor(() =>
    expect(options()).toEqual([
      'AAPLIn your watchlist',
      'MSFTIn your watchlist',
      'TSLAIn your watchlist',
      'TradingPage',
      'MonitorPage',
    ]),
  );
  const { violations } = await axe.run(dialog, { rules: { 'color-contrast': { enabled: false } } });
  expect(violations.map(({ id }) => id)).toEqual([]);
  await page.user.click(within(dialog).getByRole('button', { name: 'Close' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
});

test.each(['/', '{Control>}k{/Control}'])('what is typed right after %s is in the field', async (opening) => {
  await open();
  await page.user.keyboard(`${opening}msft`);
  expect(screen.getByRole<HTMLInputElement>('combobox').value).toBe('msft');
});

test('a slash that is typed in a field stays there, and Ctrl K opens the search from the field too', async () => {
  await open();
  const field = document.body.appendChild(document.createElement('input'));
  field.focus();
  await page.user.keyboard('/');
  expect(field.value).toBe('/');
  expect(screen.queryByRole('dialog')).toBeNull();
  await page.user.keyboard('{Control>}k{/Control}');
  await screen.findByRole('dialog', { name: 'Search' });
  field.remove();
});

test('a company is found by its name, and the keys choose it', async () => {
  const { chosen, options, active } = await open();
  await page.user.click(screen.getByRole('button', { name: 'Search' }));
  await page.user.type(await screen.findByRole('combobox'), 'inc');
  await waitFor(() =>
    expect(options()).toEqual([
      'AAPLApple Inc.',
      'AMZNAmazon.com, Inc.',
      'SIRISirius XM Holdings Inc.',
      'TSLATesla, Inc.',
    ]),
  );
  expect(screen.getByText('4 results')).toBeTruthy();
  await page.user.keyboard('{ArrowDown}{ArrowDown}');
  expect(active()).toBe('SIRISirius XM Holdings Inc.');
  await page.user.keyboard('{ArrowUp}{ArrowUp}{ArrowUp}');
  expect(active()).toBe('TSLATesla, Inc.');
  await page.user.keyboard('{Enter}');
  expect(chosen).toHaveBeenCalledTimes(1);
  expect(chosen.mock.calls[0]?.[0].path).toBe('/s/TSLA');
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
});

test('Enter before the answer waits for it', async () => {
  const { chosen } = await open();
  await page.user.keyboard('/');
  await page.user.type(await screen.findByRole('combobox'), 'nvda{Enter}');
  await waitFor(() => expect(chosen.mock.calls[0]?.[0].path).toBe('/s/NVDA'));
});

test('a contract is typed by its symbol or in words', async () => {
  const { chosen } = await open();
  await page.user.keyboard('/');
  await page.user.type(await screen.findByRole('combobox'), 'spy 251219 650 c');
  await page.user.click(
    await screen.findByRole('option', { name: /SPY 19 Dec 2025 650 call.*Expired contract/ }),
  );
  expect(chosen.mock.calls[0]?.[0].path).toBe('/s/O:SPY251219C00650000');
});

test('a strike offers the contracts around it that expire next, and a ticker its chain', async () => {
  const { options } = await open(({ routes }) => {
    routes['GET /api/market/options/SPY/expirations'] = () => [
      { expiry: '2026-12-04', daysLeft: 5, contracts: 80 },
      { expiry: '2026-12-11', daysLeft: 12, contracts: 80 },
    ];
    routes['GET /api/market/options/SPY'] = ({ query }) => ({
      underlying: { symbol: 'SPY', state: 'simulated' },
      expiry: query.get('expiry'),
      contracts: [645, 650, 655].flatMap((strike) =>
        (['call', 'put'] as const).map((type) => ({
          contractId: `O:SPY261204${type === 'call' ? 'C' : 'P'}00${strike}000`,
          strike,
          type,
        })),
      ),
      partial: false,
      asOf: '2026-11-29T15:00:00.000Z',
    });
  });
  await page.user.keyboard('/');
  const field = await screen.findByRole('combobox');
  await page.user.type(field, 'spy 651 p');
  await waitFor(() =>
    expect(options()).toEqual([
      'SPY 4 Dec 2026 650 putOption contract',
      'SPY 4 Dec 2026 655 putOption contract',
      'SPY 4 Dec 2026 645 putOption contract',
    ]),
  );
  const asked = page.server.asked.find(({ path }) => path === '/api/market/options/SPY');
  expect(Number(asked?.query.get('strikeFrom'))).toBeLessThan(651);
  expect(Number(asked?.query.get('strikeTo'))).toBeGreaterThan(651);
  await page.user.clear(field);
  await page.user.type(field, 'zzz 100');
  expect(await screen.findByText('Nothing has that name. Try a ticker or a company.')).toBeTruthy();
  await page.user.clear(field);
  await page.user.type(field, 'aapl');
  await waitFor(() => expect(options()).toEqual(['AAPLApple Inc.', 'AAPL optionsOption chain']));
  await page.user.clear(field);
  await page.user.type(field, 'tsla options');
  await waitFor(() => expect(options()).toEqual(['TSLATesla, Inc.', 'TSLA optionsOption chain']));
});

test('pages are found by their titles; a search that fails says so and leaves them', async () => {
  const { options } = await open(({ routes }) => {
    routes['GET /api/market/search'] = () => refuse(503, 'UNAVAILABLE', 'Not now.');
  });
  await page.user.keyboard('/');
  await page.user.type(await screen.findByRole('combobox'), 'mon');
  expect(await screen.findByText('Symbols cannot be searched right now. Type again to retry.')).toBeTruthy();
  expect(options()).toEqual(['MonitorPage']);
});

test('a strike whose range around it has many decimals finds its contracts', async () => {
  const { options } = await open(({ routes }) => {
    routes['GET /api/market/options/SPY/expirations'] = () => EXPIRATIONS;
    routes['GET /api/market/options/SPY'] = ({ query }) => chainOf(query.get('expiry') ?? '');
  });
  await page.user.keyboard('/');
  // 660 × 0.97 is 640.1999999999999.
  await page.user.type(await screen.findByRole('combobox'), 'spy 660');
  await waitFor(() => expect(options()).toContain('SPY 20 Nov 2026 655 callOption contract'));
  expect(options()).toHaveLength(6);
});

test('a strike of an expiry that is not listed finds nothing, and nothing is called broken', async () => {
  await open(({ routes }) => {
    routes['GET /api/market/options/SPY/expirations'] = () => EXPIRATIONS;
    routes['GET /api/market/options/SPY'] = () => refuse(400, 'VALIDATION', 'expiry: has passed');
  });
  await page.user.keyboard('/');
  await page.user.type(await screen.findByRole('combobox'), 'spy 251219 650');
  expect(await screen.findByText('Nothing has that name. Try a ticker or a company.')).toBeTruthy();
});

test('a range of strikes that the server does not take is not called unknown', async () => {
  await open(({ routes }) => {
    routes['GET /api/market/options/SPY/expirations'] = () => EXPIRATIONS;
    routes['GET /api/market/options/SPY'] = () => refuse(400, 'VALIDATION', 'strikeFrom: three decimals');
  });
  await page.user.keyboard('/');
  await page.user.type(await screen.findByRole('combobox'), 'spy 650');
  expect(
    await screen.findByText('Option contracts cannot be searched: strikeFrom: three decimals'),
  ).toBeTruthy();
});

test('a text that nothing has says so', async () => {
  await open();
  await page.user.keyboard('/');
  await page.user.type(await screen.findByRole('combobox'), 'zzzz');
  expect(await screen.findByText('Nothing has that name. Try a ticker or a company.')).toBeTruthy();
});

test('a company whose name looks like a strike is found', async () => {
  const { options } = await open(({ routes }) => {
    routes['GET /api/market/options/PIER/expirations'] = () =>
      refuse(404, 'UNKNOWN_SYMBOL', 'PIER is unknown.');
    routes['GET /api/market/search'] = ({ query }) =>
      query.get('q') === 'pier 1' ? [{ symbol: 'PIR', name: 'Pier 1 Imports', type: 'stock' }] : [];
  });
  await page.user.keyboard('/');
  await page.user.type(await screen.findByRole('combobox'), 'pier 1');
  await waitFor(() => expect(options()).toEqual(['PIRPier 1 Imports']));
});

test.each([
  [403, 'NOT_IN_PLAN', 'The plan has no options.'],
  [429, 'RATE_LIMITED', 'Too many requests.'],
  [500, 'INTERNAL', 'The server had a problem.'],
] as const)(
  'contracts that cannot be searched (%d %s) are not called unknown',
  async (status, code, reason) => {
    await open(({ routes }) => {
      routes['GET /api/market/options/SPY/expirations'] = () => refuse(status, code, reason);
    });
    await page.user.keyboard('/');
    await page.user.type(await screen.findByRole('combobox'), 'spy 650');
    expect(await screen.findByText(`Option contracts cannot be searched: ${reason}`)).toBeTruthy();
  },
);
