/**
 * @jest-environment jsdom
 * @jest-environment-options {"customExportConditions": ["node", "node-addons"]}
 */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { act, screen, waitFor, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { openAppOn, type TestApp } from '../support/app.tsx';
import { type Double, refuse, startDouble } from '../support/double.ts';
import { executed, USER } from '../support/fixtures.ts';
import { MONITOR } from '../support/monitor.ts';

let server: Double;
let app: TestApp;
const user = userEvent.setup();

beforeEach(async () => {
  server = await startDouble();
  server.routes['GET /api/monitor'] = () => MONITOR;
});
afterEach(async () => {
  app.close();
  await server.close();
});

const ADMIN = { ...USER, role: 'admin' } as const;
function openAt(path: string, who: typeof USER = USER) {
  server.routes['GET /api/auth/session'] = () => ({ user: who, sessionID: 's1' });
  app = openAppOn(server, { path });
}
const menuItems = async () => {
  await user.click(screen.getByRole('button', { name: /account and theme/ }));
  return within(await screen.findByRole('menu'));
};
const heading = (name: string) => screen.findByRole('heading', { level: 1, name });
const isShown = (name: string) => screen.queryByRole('heading', { level: 1, name }) !== null;
const focused = () => document.activeElement;
/** The symbol of the chart. */
const chart = (symbol: string) =>
  waitFor(() => expect(document.querySelector('#chart-title')?.textContent).toBe(symbol));
const { location } = window;

describe('the Monitor page', () => {
  test('is no choice of a member, who is told so at its address', async () => {
    openAt('/monitor');
    expect(await screen.findByText('This page is for administrators')).toBeTruthy();
    expect((await menuItems()).queryByRole('menuitem', { name: 'Monitor' })).toBeNull();
    expect(screen.queryByRole('table', { name: 'Replicas' })).toBeNull();
    expect(server.requests('GET', '/api/monitor')).toEqual([]);
  });

  test('opens from the menu of an administrator, takes the focus, and the desk behind it goes on', async () => {
    openAt('/', ADMIN);
    await screen.findByRole('heading', { name: 'Portfolio' });
    await waitFor(() => expect(server.emitted('subscribe:portfolio')).toHaveLength(1));
    await user.click((await menuItems()).getByRole('menuitem', { name: 'Monitor' }));
    await screen.findByRole('table', { name: 'Replicas' });
    expect(focused()).toBe(await heading('Monitor'));
    expect(location.pathname).toBe('/monitor');
    expect(document.title).toBe('Monitor · Tradecast');
    expect(screen.queryByRole('navigation', { name: 'Views' })).toBeNull();
    expect(screen.queryByRole('button', { name: 'Skip to order' })).toBeNull();
    expect(document.querySelector('#portfolio')?.closest('.hidden')).toBeTruthy();
    expect(server.emitted('subscribe:portfolio')).toHaveLength(1);
    const asked = server.requests('GET', '/api/watchlist').length;

    await user.click((await menuItems()).getByRole('menuitem', { name: 'Trading' }));
    await waitFor(() => expect(isShown('Monitor')).toBe(false));
    expect(document.querySelector('#portfolio')?.closest('.hidden')).toBeNull();
    expect(focused()).toBe(await heading('Trading'));
    expect(document.title).toBe('Trading · Tradecast');
    expect(server.requests('GET', '/api/watchlist')).toHaveLength(asked);
  });

  test('is where the address says, and ends with the browser’s own way back', async () => {
    openAt('/monitor', ADMIN);
    await screen.findByRole('table', { name: 'Replicas' });
    expect(focused()).toBe(document.body);
    await user.click(screen.getByRole('link', { name: 'Back to trading' }));
    await heading('Trading');
    expect(isShown('Monitor')).toBe(false);
    act(() => window.history.back());
    await heading('Monitor');
    await waitFor(() => expect(focused()?.textContent).toBe('Monitor'));
  });

  test('shows trades as toasts, each once, whether the desk is behind it or not', async () => {
    openAt('/monitor', ADMIN);
    await screen.findByRole('table', { name: 'Replicas' });
    await waitFor(() => expect(server.emitted('subscribe:trades')).toHaveLength(1));
    const toasts = recordToasts();
    server.happen(executed(1, { quantity: 3 }));
    await waitFor(() => expect([...toasts.values()]).toEqual([expect.stringContaining('Bought 3 AAPL')]));
    await user.click(screen.getByRole('link', { name: 'Back to trading' }));
    await screen.findByRole('list', { name: 'Trades, newest first' });
    server.happen(executed(2, { quantity: 4 }));
    await waitFor(() => expect(toasts.size).toBe(2));
    expect([...toasts.values()].filter((text) => text.includes('Bought 4 AAPL'))).toHaveLength(1);
  });
});

describe('a symbol in the address', () => {
  test('is selected on the desk and named in the title', async () => {
    openAt('/s/MSFT');
    await chart('MSFT');
    expect(document.title).toBe('MSFT · Tradecast');
    const tabs = within(screen.getByRole('navigation', { name: 'Views' }));
    expect(tabs.getByRole('button', { name: 'Trade' }).getAttribute('aria-current')).toBe('page');
    expect(await screen.findByRole('combobox', { name: 'Symbol' })).toHaveProperty('value', 'MSFT');
    await screen.findByRole('button', { name: 'Remove AAPL from the watchlist' });
    await chart('MSFT');
  });

  test('that is an option contract shows its chart, in words, and no order for it', async () => {
    openAt('/s/o:spy261218c00650000');
    await chart('SPY 18 Dec 2026 650 call');
    await waitFor(() => expect(location.pathname).toBe('/s/O:SPY261218C00650000'));
    expect(document.title).toBe('SPY 18 Dec 2026 650 call · Tradecast');
    expect(server.requests('GET', '/api/symbols')).toEqual([]);
    expect(
      await screen.findByText('The broker trades stocks only, no option contracts. Choose a stock.'),
    ).toBeTruthy();
    const contract = 'O:SPY261218C00650000';
    const subscribed = (event: 'subscribe:options' | 'subscribe:watchlist') =>
      server.emitted(event).flatMap(({ payload }) => payload);
    await waitFor(() => expect(subscribed('subscribe:options')).toContain(contract));
    expect(subscribed('subscribe:watchlist')).not.toContain(contract);
  });

  test('may be written in any spelling; the address then has its own', async () => {
    openAt('/s/msft');
    await chart('MSFT');
    await waitFor(() => expect(location.pathname).toBe('/s/MSFT'));
    expect(document.title).toBe('MSFT · Tradecast');
  });

  test('follows the reader’s choice, and the way back leads to the choice before', async () => {
    openAt('/');
    await chart('AAPL');
    expect(location.pathname).toBe('/');
    await user.click(await screen.findByRole('button', { name: 'TSLA' }));
    expect(location.pathname).toBe('/s/TSLA');
    await user.click(screen.getByRole('button', { name: 'MSFT' }));
    await user.click(screen.getByRole('button', { name: 'MSFT' }));
    await chart('MSFT');
    // The reader stays on the page: the focus does, too.
    expect(focused()?.textContent).toBe('MSFT');
    act(() => window.history.back());
    await chart('TSLA');
    act(() => window.history.back());
    await chart('AAPL');
    expect(document.title).toBe('Trading · Tradecast');
  });

  test('is kept while another page is in front', async () => {
    openAt('/s/TSLA', ADMIN);
    await chart('TSLA');
    await user.click((await menuItems()).getByRole('menuitem', { name: 'Monitor' }));
    await user.click(await screen.findByRole('link', { name: 'Back to trading' }));
    expect(location.pathname).toBe('/s/TSLA');
    await chart('TSLA');
  });

  test('is looked up once, and a return to it shows the tab that was left', async () => {
    openAt('/s/msft', ADMIN);
    await waitFor(() => expect(location.pathname).toBe('/s/MSFT'));
    const tabs = () => within(screen.getByRole('navigation', { name: 'Views' }));
    await user.click(tabs().getByRole('button', { name: 'Activity' }));
    await user.click((await menuItems()).getByRole('menuitem', { name: 'Monitor' }));
    await user.click(await screen.findByRole('link', { name: 'Back to trading' }));
    await chart('MSFT');
    expect(tabs().getByRole('button', { name: 'Activity' }).getAttribute('aria-current')).toBe('page');
    const lookups = server.requests('GET', '/api/symbols').map(({ query }) => query.get('q'));
    // StrictMode mounts twice.
    expect(new Set(lookups)).toEqual(new Set(['msft']));
    expect(lookups.length).toBeLessThanOrEqual(2);
  });

  test('that does not exist stays unknown after a look at another page', async () => {
    openAt('/s/QQQQ', ADMIN);
    await screen.findByText('This market has no symbol “QQQQ”');
    const lookups = server.requests('GET', '/api/symbols').length;
    await user.click((await menuItems()).getByRole('menuitem', { name: 'Monitor' }));
    await user.click(await screen.findByRole('link', { name: 'Back to trading' }));
    expect(await screen.findByText('This market has no symbol “QQQQ”')).toBeTruthy();
    expect(server.requests('GET', '/api/symbols')).toHaveLength(lookups);
  });

  test('that one comes back to before the lookup of another has its answer is the one on the desk', async () => {
    openAt('/s/TSLA');
    await user.click(await screen.findByRole('button', { name: 'AAPL' }));
    await chart('AAPL');
    const answer = Promise.withResolvers<void>();
    const search = server.routes['GET /api/symbols']!;
    server.routes['GET /api/symbols'] = async (asked) => {
      await answer.promise;
      return search(asked);
    };
    try {
      act(() => window.history.back());
      await chart('TSLA');
      act(() => window.history.forward());
      await chart('AAPL');
    } finally {
      // The double ends only when every request is answered.
      answer.resolve();
    }
  });

  test('may be encoded as a segment of a path', async () => {
    server.routes['GET /api/symbols'] = () => [{ symbol: 'BRK.B', name: 'Berkshire Hathaway' }];
    openAt('/s/BRK%2FB');
    await chart('BRK.B');
    await waitFor(() => expect(location.pathname).toBe('/s/BRK.B'));
  });

  test.each(['/s/%00', `/s/${'A'.repeat(65)}`, '/s/%2E%2E%2F'])(
    'that cannot be a symbol, %j, is not looked up',
    async (path) => {
      openAt(path);
      await screen.findByText(/^This market has no symbol “/);
      expect(server.requests('GET', '/api/symbols')).toEqual([]);
    },
  );

  test('hands the focus to the heading when the desk gives way to a message, and when the message goes', async () => {
    openAt('/s/QQQQ');
    await user.click(await screen.findByRole('button', { name: 'Go to the trading desk' }));
    await chart('AAPL');
    expect(focused()).toBe(await heading('Trading'));
    screen.getByRole('combobox', { name: 'Symbol' }).focus();
    act(() => window.history.back());
    await screen.findByText('This market has no symbol “QQQQ”');
    expect(focused()).toBe(await heading('QQQQ'));
  });

  test('is no further step of the history for a click on the logo', async () => {
    openAt('/');
    await user.click(await screen.findByRole('button', { name: 'TSLA' }));
    await user.click(screen.getByRole('link', { name: 'Tradecast' }));
    expect(location.pathname).toBe('/s/TSLA');
    act(() => window.history.back());
    await waitFor(() => expect(location.pathname).toBe('/'));
  });

  test('that does not exist is said not to, with a way to the desk', async () => {
    openAt('/s/QQQQ');
    expect(await screen.findByText('This market has no symbol “QQQQ”')).toBeTruthy();
    expect(document.querySelector('#portfolio')?.closest('.hidden')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Go to the trading desk' }));
    await chart('AAPL');
    expect(document.querySelector('#portfolio')?.closest('.hidden')).toBeNull();
  });

  test('stands where the search does not answer', async () => {
    server.routes['GET /api/symbols'] = () => refuse(503, 'UNAVAILABLE', 'Not now.');
    openAt('/s/NVDA');
    await chart('NVDA');
    await waitFor(() => expect(server.requests('GET', '/api/symbols')).not.toHaveLength(0));
    await chart('NVDA');
  });
});

describe('an address without a page', () => {
  test('is said to have none, with a way to the desk', async () => {
    openAt('/nowhere/at-all');
    await heading('Page not found');
    expect(screen.getByText('There is no page at /nowhere/at-all.')).toBeTruthy();
    expect(document.title).toBe('Page not found · Tradecast');
    await user.click(screen.getByRole('link', { name: 'the trading desk' }));
    await screen.findByRole('heading', { name: 'Portfolio' });
    expect(focused()).toBe(await heading('Trading'));
  });

  test.each(['/Monitor', '/signals/', '/S/AAPL', '/s/AAPL/', '/%73ignals', '/options%2F', '/s/A/B'])(
    'is also another spelling of one that has: %s',
    async (path) => {
      openAt(path, ADMIN);
      await heading('Page not found');
    },
  );

  test('is said to have none to a visitor, too', async () => {
    server.routes['GET /api/auth/session'] = () => refuse(401, 'UNAUTHENTICATED', 'Sign in first.');
    app = openAppOn(server, { path: '/index.html' });
    await heading('Page not found');
    await user.click(screen.getByRole('link', { name: 'the trading desk' }));
    await heading('Sign in');
    expect(location.pathname).toBe('/');
  });
});

describe('the sign-in', () => {
  const signIn = async () => {
    await user.type(await screen.findByLabelText('User name'), 'ada');
    await user.type(screen.getByLabelText('Password'), 'correct horse{Enter}');
  };
  const visit = (path: string) => {
    server.routes['GET /api/auth/session'] = () => refuse(401, 'UNAUTHENTICATED', 'Sign in first.');
    server.routes['POST /api/auth/login'] = () => ({ user: ADMIN, sessionID: 's1' });
    app = openAppOn(server, { path });
  };

  test.each([
    ['/monitor', 'Monitor'],
    ['/s/TSLA', 'TSLA'],
  ])('at %s leads to the page of that address, whose heading takes the focus', async (path, title) => {
    visit(path);
    await heading('Sign in');
    expect(document.title).toBe('Sign in · Tradecast');
    await signIn();
    const found = await heading(title);
    await waitFor(() => expect(focused()).toBe(found));
    expect(location.pathname).toBe(path);
  });

  test('has a page of its own, which leads to the desk', async () => {
    visit('/login');
    await heading('Sign in');
    await signIn();
    await screen.findByRole('heading', { name: 'Portfolio' });
    expect(location.pathname).toBe('/');
  });

  test('is not shown to a reader who has signed in', async () => {
    openAt('/login');
    await screen.findByRole('heading', { name: 'Portfolio' });
    expect(location.pathname).toBe('/');
  });

  test('comes after signing out, at its own address: the next reader may be another', async () => {
    openAt('/monitor', ADMIN);
    await screen.findByRole('table', { name: 'Replicas' });
    await user.click((await menuItems()).getByRole('menuitem', { name: 'Sign out' }));
    await heading('Sign in');
    await waitFor(() => expect(location.pathname).toBe('/login'));
  });

  test('keeps the address of a session that has ended', async () => {
    openAt('/s/MSFT');
    await chart('MSFT');
    await screen.findByText('Live');
    server.io.emit('session:revoked', { reason: 'expired' });
    await screen.findByText('Your session has ended. Sign in again.');
    expect(location.pathname).toBe('/s/MSFT');
  });

  test('says why a session has ended at an address without a page as well', async () => {
    openAt('/nope');
    await heading('Page not found');
    await screen.findByText('Live');
    server.io.emit('session:revoked', { reason: 'banned' });
    await screen.findByText('This account is blocked. Ask an administrator to unblock it.');
    expect(document.title).toBe('Sign in · Tradecast');
    expect(location.pathname).toBe('/nope');
  });
});

/** Every toast from now on with its text, also when it has gone by: it stays for seconds, and a slow machine looks later. */
function recordToasts(): ReadonlyMap<Element, string> {
  const shown = new Map<Element, string>();
  const observer = new MutationObserver(() => {
    for (const toast of document.querySelectorAll('[data-sonner-toast]'))
      shown.set(toast, toast.textContent ?? '');
  });
  observer.observe(document.body, { childList: true, subtree: true, characterData: true });
  return shown;
}
