/**
 * @jest-environment jsdom
 * @jest-environment-options {"customExportConditions": ["node", "node-addons"]}
 */
import { afterEach, describe, expect, test } from '@jest/globals';
import { act, screen, waitFor, within } from '@testing-library/react';
import axe from 'axe-core';
import { toast } from 'sonner';
import { singleKeys } from '../../../../dashboard/src/hooks/single-keys.ts';
import { createApi } from '../../../../dashboard/src/lib/api.ts';
import { Frame } from '../../../../dashboard/src/pages/frame.tsx';
import { createSessionStore } from '../../../../dashboard/src/stores/session.ts';
import { createThemeStore } from '../../../../dashboard/src/stores/theme.ts';
import { blankChart } from '../../support/chart.ts';
import { refuse } from '../../support/double.ts';
import { USER } from '../../support/fixtures.ts';
import { completeBrowser, openPage, type Page } from '../../support/screen.tsx';

let page: Page;
afterEach(async () => {
  // They outlive the page, and a fourth one would wait for its place.
  toast.dismiss();
  await page.close();
  window.history.replaceState(null, '', '/');
});

async function openDesk() {
  completeBrowser();
  page = await openPage(
    <Frame
      user={USER}
      session={createSessionStore({ api: createApi() })}
      theme={createThemeStore()}
      loadChart={async () => () => blankChart}
    />,
    (server) => {
      server.routes['POST /api/auth/password'] = () => undefined;
    },
  );
}
const menu = async () => {
  await page.user.click(screen.getByRole('button', { name: /account and theme/ }));
  return within(await screen.findByRole('menu'));
};
test('one switch turns single keys off on every page and is kept; combinations stay', async () => {
  await openDesk();
  const item = (await menu()).getByRole('menuitemcheckbox', { name: 'Single-key shortcuts' });
  expect(item.getAttribute('aria-checked')).toBe('true');
  await page.user.click(item);
  expect(item.getAttribute('aria-checked')).toBe('false');
  expect(localStorage.getItem('tradecast.single-keys')).toBe('off');
  await page.user.keyboard('{Escape}/');
  expect(screen.queryByRole('dialog')).toBeNull();
  await page.user.keyboard('{Control>}k{/Control}');
  await screen.findByRole('dialog', { name: 'Search' });
  act(() => singleKeys.switch(true));
});

describe('changing the password', () => {
  async function openDialog() {
    await openDesk();
    await page.user.click((await menu()).getByRole('menuitem', { name: 'Change password…' }));
    return within(await screen.findByRole('dialog', { name: 'Change password' }));
  }
  type Dialog = Awaited<ReturnType<typeof openDialog>>;
  async function fill(dialog: Dialog, repeated = 'a new long password') {
    await page.user.type(dialog.getByLabelText('Current password'), 'correct horse');
    await page.user.type(dialog.getByLabelText('New password'), 'a new long password');
    await page.user.type(dialog.getByLabelText('New password again'), repeated);
    await page.user.click(dialog.getByRole('button', { name: 'Change password' }));
  }
  const sent = () => page.server.requests('POST', '/api/auth/password').map(({ body }) => body);

  test('says what follows, sends both passwords and closes with a word', async () => {
    const dialog = await openDialog();
    expect(dialog.getByText('You stay signed in here. All your other devices are signed out.')).toBeTruthy();
    await fill(dialog);
    expect(await screen.findByText('Password changed')).toBeTruthy();
    expect(screen.getByText('Your other devices are signed out.')).toBeTruthy();
    expect(sent()).toEqual([{ currentPassword: 'correct horse', newPassword: 'a new long password' }]);
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(document.activeElement?.getAttribute('aria-label')).toContain('account and theme');
  });

  test('notices two new passwords that differ before anything is sent', async () => {
    const dialog = await openDialog();
    await fill(dialog, 'a new long passwort');
    expect(dialog.getByRole('alert').textContent).toBe('The two new passwords are not the same.');
    expect(document.activeElement).toBe(dialog.getByLabelText('New password again'));
    expect(sent()).toEqual([]);
  });

  test.each([
    [refuse(401, 'INVALID_CREDENTIALS', 'The current password is wrong.'), 'The current password is wrong.'],
    [
      refuse(429, 'RATE_LIMITED', 'Rate limit exceeded', 90_000),
      'Too many attempts. Try again in 1 min 30 s.',
    ],
    [
      refuse(503, 'UNAVAILABLE', 'The database is away.'),
      'The server did not answer, so the password may have been changed. Try again to find out.',
    ],
  ])('a refusal is told in words and the dialog stays: %#', async (refusal, words) => {
    const dialog = await openDialog();
    page.server.routes['POST /api/auth/password'] = () => refusal;
    await fill(dialog);
    await waitFor(() => expect(dialog.getByRole('alert').textContent).toBe(words));
    expect(document.activeElement).toBe(dialog.getByLabelText('Current password'));
    page.server.routes['POST /api/auth/password'] = () => undefined;
    await page.user.click(dialog.getByRole('button', { name: 'Change password' }));
    expect(await screen.findByText('Password changed')).toBeTruthy();
    expect(screen.queryByText('Sign in')).toBeNull();
  });

  test('names its fields to password managers and screen readers, and can be left', async () => {
    const dialog = await openDialog();
    const fields = ['Current password', 'New password', 'New password again'].map((label) =>
      dialog.getByLabelText(label),
    );
    expect(fields.map((field) => field.getAttribute('autocomplete'))).toEqual([
      'current-password',
      'new-password',
      'new-password',
    ]);
    expect(fields.every((field) => field.getAttribute('type') === 'password')).toBe(true);
    const element = screen.getByRole('dialog');
    const { violations } = await axe.run(element, { rules: { 'color-contrast': { enabled: false } } });
    expect(violations.map(({ id }) => id)).toEqual([]);
    await page.user.click(dialog.getByRole('button', { name: 'Cancel' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(sent()).toEqual([]);
  });
});
