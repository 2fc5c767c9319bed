/**
 * @jest-environment jsdom
 * @jest-environment-options {"customExportConditions": ["node", "node-addons"]}
 */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { act, cleanup, render, screen, waitFor, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { SignIn } from '../../../../dashboard/src/features/session/sign-in.tsx';
import { createApi } from '../../../../dashboard/src/lib/api.ts';
import {
  createSessionStore,
  type EndReason,
  type SessionStore,
} from '../../../../dashboard/src/stores/session.ts';
import { type Double, refuse, startDouble } from '../../support/double.ts';
import { httpFetch } from '../../support/http-fetch.ts';
import { completeBrowser } from '../../support/screen.tsx';
import { type ManualTimers, manualTimers } from '../../support/timers.ts';

let server: Double;
let session: SessionStore;
let timers: ManualTimers;
const user = userEvent.setup();

beforeEach(async () => {
  completeBrowser();
  server = await startDouble();
  timers = manualTimers();
  session = createSessionStore({ api: createApi({ fetch: httpFetch(server.url), timers }) });
});
afterEach(async () => {
  cleanup();
  await server.close();
});

const open = (reason: EndReason | null = null) =>
  render(<SignIn session={session} timers={timers} reason={reason} />);
const fill = async (username = 'ada', password = 'correct horse') => {
  await user.type(screen.getByLabelText('User name'), username);
  await user.type(screen.getByLabelText('Password'), password);
};
const button = (name: RegExp) => screen.getByRole('button', { name }) as HTMLButtonElement;

test('signing in with the right password enters', async () => {
  open();
  expect(document.activeElement).toBe(screen.getByLabelText('User name'));
  await fill();
  await user.keyboard('{Enter}');
  await waitFor(() => expect(session.getState().status).toBe('signed-in'));
  expect(server.requests('POST', '/api/auth/login')[0]?.body).toEqual({
    username: 'ada',
    password: 'correct horse',
  });
});

test('a refusal is told in the server’s sentence, and another try is possible', async () => {
  server.routes['POST /api/auth/login'] = () =>
    refuse(401, 'INVALID_CREDENTIALS', 'User name or password is wrong.');
  open();
  await fill();
  await user.click(button(/^Sign in$/));
  await within(screen.getByRole('alert')).findByText('User name or password is wrong.');
  expect(button(/^Sign in$/).getAttribute('aria-disabled')).toBe('false');
});

test('too many tries: the button says how long to wait and works again after that', async () => {
  server.routes['POST /api/auth/login'] = () => refuse(429, 'RATE_LIMITED', 'Too many attempts.', 63_000);
  open();
  await fill();
  await user.click(button(/^Sign in$/));
  const off = (name: RegExp) => button(name).getAttribute('aria-disabled') === 'true';
  await within(screen.getByRole('alert')).findByText('Too many sign-in attempts.');
  expect(off(/Try again in 1 min 3 s/)).toBe(true);
  act(() => timers.advance(60_000));
  await user.click(button(/Try again in 3 s/));
  expect(server.requests('POST', '/api/auth/login')).toHaveLength(1);
  act(() => timers.advance(1_000));
  expect(off(/Try again in 2 s/)).toBe(true);
  act(() => timers.advance(2_000));
  expect(off(/^Sign in$/)).toBe(false);
});

test('signing up sends the display name where there is one, and shows a refusal', async () => {
  server.routes['POST /api/auth/register'] = () => refuse(409, 'USERNAME_TAKEN', 'This user name is taken.');
  open();
  await user.click(screen.getByRole('button', { name: 'Create an account' }));
  expect(document.title).toBe('Create an account · Tradecast');
  await fill();
  await user.click(button(/^Create account$/));
  await within(screen.getByRole('alert')).findByText('This user name is taken.');
  await user.type(screen.getByLabelText('Display name (optional)'), 'Ada L.');
  await user.click(button(/^Create account$/));
  await waitFor(() => expect(server.requests('POST', '/api/auth/register')).toHaveLength(2));
  expect(server.requests('POST', '/api/auth/register').map(({ body }) => body)).toEqual([
    { username: 'ada', password: 'correct horse' },
    { username: 'ada', password: 'correct horse', name: 'Ada L.' },
  ]);
});

test.each([
  ['expired', 'Your session has ended. Sign in again.'],
  ['banned', 'This account is blocked. Ask an administrator to unblock it.'],
  ['logout', 'You signed out in another window. Sign in again to go on.'],
  ['invalid', 'Your session is no longer valid. Sign in again.'],
  ['retired' as EndReason, 'Your session has ended. Sign in again.'],
] as const)('a session that ended as %s says so', (reason, sentence) => {
  open(reason);
  expect(screen.getByRole('status').textContent).toBe(sentence);
});
