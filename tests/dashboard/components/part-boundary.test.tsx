/**
 * @jest-environment jsdom
 * @jest-environment-options {"customExportConditions": ["node", "node-addons"]}
 */
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { cleanup, render, screen, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { useEffect, useState } from 'react';
import { Panel } from '../../../dashboard/src/components/panel.tsx';
import { PageFrame } from '../../../dashboard/src/pages/page-frame.tsx';
import { createThemeStore } from '../../../dashboard/src/stores/theme.ts';
import { USER } from '../support/fixtures.ts';
import { completeBrowser } from '../support/screen.tsx';

let errors: jest.SpiedFunction<typeof console.error>;
beforeEach(() => {
  completeBrowser();
  errors = jest.spyOn(console, 'error').mockImplementation(() => {});
});
afterEach(() => {
  cleanup();
  errors.mockRestore();
});

/** Throws at the press of its button. */
function Fragile() {
  const [broken, setBroken] = useState(false);
  if (broken) throw new Error('this part is broken');
  return (
    <button type="button" onClick={() => setBroken(true)}>
      Break
    </button>
  );
}

/** Its effect gives back what is no clean-up. */
function FragileEffect() {
  const [presses, setPresses] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each press ends the effect before it
  useEffect(() => Promise.resolve() as never, [presses]);
  return (
    <button type="button" onClick={() => setPresses(presses + 1)}>
      Break
    </button>
  );
}

test.each([
  ['throws', Fragile],
  ['gives React no function to clean up with', FragileEffect],
])('a panel that %s stops alone, says that sent orders stand, and tells the console', async (_, Part) => {
  render(
    <>
      <Panel id="a" title="Ticket">
        <Part />
      </Panel>
      <Panel id="b" title="Orders">
        <p>3 AAPL</p>
      </Panel>
    </>,
  );
  await userEvent.click(screen.getByRole('button', { name: 'Break' }));
  const stopped = within(screen.getByRole('region', { name: 'Ticket' }));
  expect(stopped.getByRole('alert').textContent).toContain('This panel has stopped after an error');
  expect(stopped.getByText(/Orders that were already sent stand/)).toBeTruthy();
  expect(stopped.getByRole('button', { name: 'Reload' })).toBeTruthy();
  expect(within(screen.getByRole('region', { name: 'Orders' })).getByText('3 AAPL')).toBeTruthy();
  expect(errors.mock.calls.flat().filter((said) => said instanceof Error)).not.toEqual([]);
});

test('a page that throws leaves its heading and the way back', async () => {
  render(
    <PageFrame
      route={{ Page: Fragile }}
      title="Signals"
      arrived={false}
      allowed
      tradingPath="/s/AAPL"
      params={{}}
      shown
      user={USER}
      theme={createThemeStore()}
    />,
  );
  await userEvent.click(screen.getByRole('button', { name: 'Break' }));
  expect(screen.getByRole('alert').textContent).toContain('This page has stopped after an error');
  expect(screen.getByRole('heading', { name: 'Signals' })).toBeTruthy();
  expect(screen.getByRole('link', { name: 'Back to trading' })).toBeTruthy();
});
