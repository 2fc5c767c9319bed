/**
 * @jest-environment jsdom
 * @jest-environment-options {"customExportConditions": ["node", "node-addons"]}
 */
import { afterEach, expect, test } from '@jest/globals';
import { cleanup, render, screen } from '@testing-library/react';
import { LazyPage } from '../../../dashboard/src/pages/lazy-page.tsx';
import { createThemeStore } from '../../../dashboard/src/stores/theme.ts';
import { USER } from '../support/fixtures.ts';
import { completeBrowser } from '../support/screen.tsx';

afterEach(cleanup);

test('code that cannot be loaded is a message with another try', async () => {
  completeBrowser();
  let fails = true;
  const load = async () => {
    if (fails) throw new Error('gone');
    return () => <p>the page</p>;
  };
  render(<LazyPage load={load} params={{}} shown user={USER} theme={createThemeStore()} />);
  const again = await screen.findByRole('button', { name: 'Try again' });
  expect(screen.getByText('The page did not load')).toBeTruthy();
  fails = false;
  again.click();
  expect(await screen.findByText('the page')).toBeTruthy();
});
