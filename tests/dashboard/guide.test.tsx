/**
 * @jest-environment jsdom
 * @jest-environment-options {"customExportConditions": ["node", "node-addons"]}
 */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { act, screen, waitFor } from '@testing-library/react';
import type { ComponentType } from 'react';
import { Toaster } from 'sonner';
import { LivePortfolio } from '../../dashboard/src/features/portfolio/live-portfolio.tsx';
import { WebSocketProvider } from '../../dashboard/src/hooks/websocket-context.tsx';
import { WATCHLIST_ACK } from './support/answers.ts';
import { openAppOn, type TestApp } from './support/app.tsx';
import { type Double, refuse, startDouble } from './support/double.ts';
import { executed, failed } from './support/fixtures.ts';

// Untyped, as a reader has them.
const examples: string = './guide/App.jsx';
const { App } = (await import(examples)) as { App: ComponentType };

const SESSION = 'GET /api/auth/session';

let server: Double;
let app: TestApp;
let signIn: () => void;
function signOut() {
  const route = server.routes[SESSION]!;
  signIn = () => Object.assign(server.routes, { [SESSION]: route });
  server.routes[SESSION] = () => refuse(401, 'UNAUTHENTICATED', 'Sign in first.');
}
beforeEach(async () => {
  server = await startDouble();
  server.answers['subscribe:watchlist'] = () => WATCHLIST_ACK;
});
afterEach(async () => {
  app.close();
  await server.close();
});
const pasted = (
  <>
    <App />
    <Toaster />
  </>
);

describe('the examples of the guide, as they are printed', () => {
  test('live on the page’s own connection, without a prop', async () => {
    app = openAppOn(server, { ui: pasted });
    expect(await screen.findByText('✅ Connected')).toBeTruthy();
    expect(await screen.findByText('Total Value: $104,210.55')).toBeTruthy();
    server.quote('AAPL', { price: 231.42, previousClose: 229.1 });
    expect((await screen.findByText(/^AAPL: \$231\.42/)).textContent).toMatch(/▲ 1\.01\d*%/);
    expect(server.io.sockets.sockets.size).toBe(1);
  });

  test('say in a toast why a trade failed', async () => {
    app = openAppOn(server, { ui: pasted });
    await screen.findByText('✅ Connected');
    await waitFor(() => expect(server.emitted('subscribe:trades')).toHaveLength(1));
    server.happen(failed(1));
    expect(await screen.findByText('Trade failed: Insufficient funds')).toBeTruthy();
    server.happen(executed(2, { quantity: 10 }));
    expect(await screen.findByText('✅ buy 10 AAPL @ $230.5')).toBeTruthy();
    expect(await screen.findByText('1 notifications')).toBeTruthy();
  });

  test('read as not connected while nobody is signed in, and again after a sign-out', async () => {
    signOut();
    app = openAppOn(server, { ui: pasted });
    await waitFor(() => expect(app.session.getState().status).toBe('signed-out'));
    expect(screen.getByText('⚠Connecting to live data...')).toBeTruthy();
    signIn();
    await app.session.check();
    expect(await screen.findByText('✅ Connected')).toBeTruthy();
    await app.session.end('expired');
    expect(await screen.findByText('⚠Connecting to live data...')).toBeTruthy();
  });
});

test('a panel of the dashboard below a provider without props waits for the sign-in', async () => {
  signOut();
  const ui = (
    <WebSocketProvider>
      <LivePortfolio />
    </WebSocketProvider>
  );
  // React lets a component wait in a test only where the test waits as well.
  await act(async () => {
    app = openAppOn(server, { ui });
  });
  await waitFor(() => expect(app.session.getState().status).toBe('signed-out'));
  expect(screen.queryByRole('heading')).toBeNull();
  signIn();
  await app.session.check();
  expect((await screen.findByTestId('total-value')).textContent).toBe('$104,210.55');
});
