/**
 * @jest-environment jsdom
 * @jest-environment-options {"customExportConditions": ["node", "node-addons"]}
 */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { act, screen, waitFor, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import axe from 'axe-core';
import { createThemeStore } from '../../dashboard/src/stores/theme.ts';
import { openAppOn, type TestApp } from './support/app.tsx';
import { type Double, refuse, startDouble } from './support/double.ts';
import { executed, failed, MARKET_OPEN, USER } from './support/fixtures.ts';

let server: Double;
let app: TestApp;
const user = userEvent.setup();

beforeEach(async () => {
  server = await startDouble();
});
afterEach(async () => {
  app.close();
  await server.close();
});

function openApp(browser?: Parameters<typeof openAppOn>[1]) {
  app = openAppOn(server, browser);
}
const signedIn = () => screen.findByRole('heading', { name: 'Portfolio' });
const menu = async () => {
  await user.click(screen.getByRole('button', { name: /account and theme/ }));
  return screen.findByRole('menu');
};

/** Colours need a layout, which jsdom has not; contrast is measured in a real browser. */
const violations = async () => {
  const { violations } = await axe.run(document.body, { rules: { 'color-contrast': { enabled: false } } });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
};

describe('coming and going', () => {
  test('whoever has a session sees the desk, over one connection', async () => {
    openApp();
    await signedIn();
    expect(await screen.findByText('Live')).toBeTruthy();
    await screen.findByTestId('total-value');
    expect(server.io.sockets.sockets.size).toBe(1);
    await waitFor(() => expect(server.emitted('subscribe:trades')).toHaveLength(1));
    expect(server.emitted('subscribe:portfolio')).toHaveLength(1);
  });

  test('whoever has none sees the sign-in, without a reason', async () => {
    server.routes['GET /api/auth/session'] = () => refuse(401, 'UNAUTHENTICATED', 'Sign in first.');
    openApp();
    expect(await screen.findByRole('heading', { name: 'Sign in' })).toBeTruthy();
    expect(screen.queryByRole('status')).toBeNull();
    expect(document.title).toBe('Sign in · Tradecast');
  });

  test('a server that does not answer is not taken for a missing session', async () => {
    server.routes['GET /api/auth/session'] = () => refuse(503, 'UNAVAILABLE', 'Starting up.');
    openApp();
    expect((await screen.findByRole('alert')).textContent).toBe('Starting up.');
    server.routes['GET /api/auth/session'] = () => ({
      user: { id: 'u1', username: 'a', name: 'A', role: 'member', tier: 'STARTER' },
      sessionID: 's',
    });
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    await signedIn();
  });

  test('a revoked session leads to the sign-in with its reason and closes the connection', async () => {
    openApp();
    await screen.findByText('Live');
    server.io.emit('session:revoked', { reason: 'expired' });
    expect(await screen.findByText('Your session has ended. Sign in again.')).toBeTruthy();
    await waitFor(() => expect(server.io.sockets.sockets.size).toBe(0));
  });

  test('a connection that another tab has taken over says so, and comes back on request', async () => {
    openApp();
    await screen.findByText('Live');
    server.io.emit('session:replaced', {});
    server.io.disconnectSockets(true);
    await screen.findByText('Replaced');
    await user.click(screen.getByRole('button', { name: 'Connect here' }));
    await screen.findByText('Live');
  });

  test('a request that is answered with 401 leads there too', async () => {
    openApp();
    await screen.findByRole('row', { name: /6 MSFT/ });
    server.routes['DELETE /api/orders/*'] = () => refuse(401, 'UNAUTHENTICATED', 'Sign in first.');
    await user.click(screen.getByRole('button', { name: /Cancel buy 6 MSFT/ }));
    expect(await screen.findByText('Your session has ended. Sign in again.')).toBeTruthy();
  });

  test('signing out ends the connection and leads to the sign-in without a reason', async () => {
    openApp();
    await screen.findByText('Live');
    await user.click(within(await menu()).getByRole('menuitem', { name: 'Sign out' }));
    expect(await screen.findByRole('heading', { name: 'Sign in' })).toBeTruthy();
    expect(screen.queryByRole('status')).toBeNull();
    await waitFor(() => expect(server.io.sockets.sockets.size).toBe(0));
  });

  test('the news of one’s own sign-out, even when it overtakes the answer, is not told as another window’s', async () => {
    server.routes['POST /api/auth/logout'] = async () => {
      server.io.emit('session:revoked', { reason: 'logout' });
      await waitFor(() => expect(app.session.getState().status).toBe('signed-out'));
      return undefined;
    };
    openApp();
    await screen.findByText('Live');
    await user.click(within(await menu()).getByRole('menuitem', { name: 'Sign out' }));
    expect(await screen.findByRole('heading', { name: 'Sign in' })).toBeTruthy();
    expect(screen.queryByRole('status')).toBeNull();
  });

  test('a session that another tab replaced is followed by the new one', async () => {
    openApp();
    await screen.findByText('Live');
    server.routes['GET /api/auth/session'] = () => ({ user: USER, sessionID: 's2' });
    server.io.emit('session:revoked', { reason: 'logout' });
    await waitFor(() => {
      const [socket] = [...server.io.sockets.sockets.values()];
      expect(socket?.handshake.auth.sessionID).toBe('s2');
    });
    expect(await screen.findByText('Live')).toBeTruthy();
  });

  test('a sign-out that fails is not claimed to have worked', async () => {
    server.routes['POST /api/auth/logout'] = () => refuse(503, 'UNAVAILABLE', 'Not now.');
    openApp();
    await screen.findByText('Live');
    await user.click(within(await menu()).getByRole('menuitem', { name: 'Sign out' }));
    expect(await screen.findByText('You are still signed in')).toBeTruthy();
    expect(screen.getByText('Live')).toBeTruthy();
  });
});

describe('the Discord account', () => {
  const openDialog = async () => {
    openApp();
    await screen.findByText('Live');
    await user.click(within(await menu()).getByRole('menuitem', { name: 'Discord account…' }));
    return within(await screen.findByRole('dialog', { name: 'Discord account' }));
  };

  test('is linked with a code that is typed to the bot', async () => {
    const dialog = await openDialog();
    await user.click(await dialog.findByRole('button', { name: 'Get a code' }));
    expect(await dialog.findByText('/link 7K3M9Q2X')).toBeTruthy();
    expect(await violations()).toEqual([]);
    server.routes['GET /api/account/discord-link'] = () => ({ discordUserId: '123456789' });
    await user.click(dialog.getByRole('button', { name: 'Check the link' }));
    expect(await dialog.findByText('123456789')).toBeTruthy();
    await user.click(dialog.getByRole('button', { name: 'Unlink' }));
    expect(await dialog.findByRole('button', { name: 'Get a code' })).toBeTruthy();
    expect(server.requests('DELETE', '/api/account/discord-link')).toHaveLength(1);
    await user.click(dialog.getByRole('button', { name: 'Close' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(document.activeElement).toBe(
      screen.getByRole('button', { name: 'Ada Lovelace, account and theme' }),
    );
  });

  test('that cannot be asked for says why', async () => {
    server.routes['GET /api/account/discord-link'] = () => refuse(503, 'UNAVAILABLE', 'Not now.');
    const dialog = await openDialog();
    expect(await dialog.findByText('Not now.')).toBeTruthy();
    expect(dialog.getByRole('button', { name: 'Try again' })).toBeTruthy();
  });
});

describe('what the header says', () => {
  test('simulated data is named, by the quotes and by the feed', async () => {
    openApp();
    expect(await screen.findByText('Simulated data')).toBeTruthy();
    await screen.findAllByText('231.42');
    await screen.findByText('418.05');
    server.quote('AAPL', { state: 'replay' });
    expect(await screen.findByText(/^Replay · \d+ \w+ \d{4}$/)).toBeTruthy();
    server.quote('AAPL', { state: 'delayed' });
    expect(await screen.findByText('Delayed data')).toBeTruthy();
    server.quote('AAPL', { state: 'live' });
    await waitFor(() => expect(screen.queryByText('Delayed data')).toBeNull());
  });

  test('a feed in trouble is named', async () => {
    server.feed.state = 'down';
    openApp();
    expect(await screen.findByText('Feed down')).toBeTruthy();
  });

  test('a closed market is, with its next opening and its holiday', async () => {
    openApp();
    await screen.findByText(/^Market open until \d\d:\d\d$/);
    const closed = {
      isOpen: false,
      nextOpen: '2026-11-27T14:30:00.000Z',
      nextClose: null,
      timestamp: '2026-11-26T15:00:00.000Z',
    };
    server.io.emit('market:status', { ...closed, session: 'closed', holiday: 'Thanksgiving Day' });
    expect(await screen.findByText(/^Market closed: Thanksgiving Day, opens Fri/)).toBeTruthy();
  });

  test('a session and a state of quotes that a newer server has are no obstacle', async () => {
    openApp();
    await screen.findByText('Simulated data');
    await screen.findAllByText('231.42');
    server.io.emit('market:status', { ...MARKET_OPEN, session: 'overnight_auction' as never });
    expect(await screen.findByText(/^Overnight auction until \d\d:\d\d$/)).toBeTruthy();
    server.quote('AAPL', { state: 'auction' as never, price: 232 });
    expect(await screen.findAllByText('232.00')).not.toHaveLength(0);
    expect(screen.getByText('Simulated data')).toBeTruthy();
  });

  test('a state of the feed that only a newer server has is shown as it is', async () => {
    server.feed.state = 'warming_up';
    openApp();
    expect(await screen.findByText('Feed: warming up')).toBeTruthy();
  });

  test('a lost connection is told and announced, with the time of the next try', async () => {
    openApp();
    await screen.findByText('Live');
    act(() =>
      app.desks.getState().desk?.connection.state.setState({
        status: 'polling',
        connected: false,
        latencyMs: null,
        retryAt: Date.now() + 8_000,
      }),
    );
    expect(screen.getByText('Polling')).toBeTruthy();
    const statuses = screen.getAllByRole('status').map((status) => status.textContent);
    expect(statuses).toContain('No live connection. Values are fetched every 5 seconds.');
    expect(screen.getByText('Next try in 8 s.')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Try now' })).toBeTruthy();
  });

  test('why there is no connection is a sentence of its own, whoever wrote it', async () => {
    openApp();
    await screen.findByText('Live');
    act(() =>
      app.desks.getState().desk?.connection.state.setState({
        status: 'connecting',
        connected: false,
        failures: 1,
        latencyMs: null,
        message: 'Rate limit exceeded for connect',
        retryAt: Date.now() + 8_000,
      }),
    );
    const wait = screen.getByText('Next try in 8 s.');
    expect(wait.parentElement?.textContent).toBe('Rate limit exceeded for connect. Next try in 8 s.');
  });

  test('a page that is older than the server asks to be loaded again', async () => {
    openApp();
    await screen.findByText('Live');
    act(() => app.desks.getState().desk?.connection.state.setState({ outdated: true }));
    expect(screen.getByText('A new version is ready: reload the page.')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Reload' })).toBeTruthy();
  });
});

describe('themes', () => {
  test('the system’s theme is taken until another is chosen, which is kept', async () => {
    openApp({ dark: true });
    await signedIn();
    expect(document.documentElement.dataset.theme).toBe('dark');
    await user.click(within(await menu()).getByRole('menuitemradio', { name: 'Light theme' }));
    expect(document.documentElement.dataset.theme).toBe('light');
    expect(localStorage.getItem('tradecast.theme')).toBe('light');
    expect(createThemeStore().getState()).toEqual({ theme: 'light', resolved: 'light' });
  });
});

describe('views of a phone', () => {
  test('the tabs show one view at a time and say which', async () => {
    openApp();
    await signedIn();
    const tabs = within(screen.getByRole('navigation', { name: 'Views' }));
    expect(tabs.getByRole('button', { name: 'Portfolio' }).getAttribute('aria-current')).toBe('page');
    await user.click(tabs.getByRole('button', { name: 'Activity' }));
    expect(tabs.getByRole('button', { name: 'Activity' }).getAttribute('aria-current')).toBe('page');
    const hidden = (name: string) =>
      screen.getByRole('region', { name }).closest('[class~="max-md:hidden"]') !== null;
    expect(hidden('Portfolio')).toBe(true);
    expect(hidden('Activity')).toBe(false);
  });
});

test('a shortcut leads to the order ticket, whatever view a phone shows', async () => {
  openApp();
  await signedIn();
  await user.click(screen.getByRole('button', { name: 'Skip to order' }));
  expect(document.activeElement).toBe(screen.getByRole('combobox', { name: 'Symbol' }));
  const ticket = screen.getByRole('region', { name: 'Order' });
  expect(ticket.closest('[class~="max-md:hidden"]')).toBeNull();
});

test('a first connection that fails is told, with the values by HTTP', async () => {
  server.switches.refuseConnect = { message: 'Not now', data: { code: 'UNAVAILABLE', retryable: true } };
  openApp();
  await signedIn();
  expect((await screen.findAllByText(/^Not now/)).length).toBeGreaterThan(0);
  expect(await screen.findAllByText('231.42')).not.toHaveLength(0);
});

describe('accessibility', () => {
  test.each([true, false])('the desk has no violations (dark: %s)', async (dark) => {
    server.journal.events.push(executed(1), failed(2));
    openApp({ dark });
    await screen.findByText('Live');
    await screen.findByRole('row', { name: /6 MSFT/ });
    await screen.findByRole('list', { name: 'Trades, newest first' });
    await waitFor(() => expect(screen.getAllByRole('row', { name: /AAPL/ })).toHaveLength(2));
    expect(await violations()).toEqual([]);
  });

  test('nor has an open search or an open menu', async () => {
    openApp();
    await screen.findByText('Live');
    await screen.findByRole('button', { name: 'Remove AAPL from the watchlist' });
    await user.type(screen.getByRole('combobox', { name: 'Add a symbol to the watchlist' }), 'a');
    await screen.findByRole('option', { name: /AMZN/ });
    expect(await violations()).toEqual([]);
    await user.keyboard('{Escape}');
    await menu();
    expect(await violations()).toEqual([]);
  });

  test.each([true, false])('the sign-in has no violations (dark: %s)', async (dark) => {
    server.routes['GET /api/auth/session'] = () => refuse(401, 'UNAUTHENTICATED', 'Sign in first.');
    openApp({ dark });
    await screen.findByRole('heading', { name: 'Sign in' });
    expect(await violations()).toEqual([]);
  });
});
