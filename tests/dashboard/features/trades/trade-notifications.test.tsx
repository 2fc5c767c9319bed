/**
 * @jest-environment jsdom
 * @jest-environment-options {"customExportConditions": ["node", "node-addons"]}
 */
import { afterEach, expect, test } from '@jest/globals';
import { screen, waitFor, within } from '@testing-library/react';
import { toast } from 'sonner';
import { TradeNotifications } from '../../../../dashboard/src/features/trades/trade-notifications.tsx';
import { adjusted, executed, failed, ORDER } from '../../support/fixtures.ts';
import { openPage, type Page } from '../../support/screen.tsx';
import { manualTimers } from '../../support/timers.ts';

let page: Page;
afterEach(async () => {
  toast.dismiss();
  await page.close();
});

const items = () => screen.getAllByRole('listitem').map((item) => item.textContent);
const toasts = () => [...document.querySelectorAll('[data-sonner-toast]')].map((one) => one.textContent);
const list = () => screen.findByRole('list', { name: 'Trades, newest first' });

test('without trades it says so', async () => {
  page = await openPage(<TradeNotifications />);
  expect(await screen.findByText('No trades yet')).toBeTruthy();
});

test('the list comes from the journal, newest first, and makes no toasts', async () => {
  page = await openPage(<TradeNotifications />, ({ journal }) => {
    journal.events.push(executed(1, { quantity: 10 }), failed(2));
  });
  const entries = within(await list()).getAllByRole('listitem');
  expect(entries[0]?.textContent).toContain('Not bought: 500 TSLAInsufficient funds');
  expect(entries[1]?.textContent).toContain('Bought 10 AAPL at 230.50$2,305.00');
  expect(toasts()).toEqual([]);
});

test('a trade becomes a toast and an entry', async () => {
  page = await openPage(<TradeNotifications />);
  await screen.findByText('No trades yet');
  await waitFor(() => expect(page.server.emitted('subscribe:trades')).toHaveLength(1));
  page.server.happen(executed(1, { side: 'sell', quantity: 3, status: 'partially_filled', source: 'hook' }));
  await waitFor(() => expect(toasts()).toHaveLength(1));
  expect(toasts()[0]).toContain('Sold 3 AAPL at 230.50');
  expect(within(await list()).getByRole('listitem').textContent).toContain('$691.50, partially filled');
});

test('the amount of a contract is that of its hundred shares, and of an adjusted one nothing is claimed', async () => {
  const contract = { quantity: 2, price: 3 };
  page = await openPage(<TradeNotifications />, ({ journal }) => {
    journal.events.push(
      executed(1, { ...contract, symbol: 'O:SPY261218C00650000' }),
      executed(2, { ...contract, symbol: 'O:SPY1261218C00650000' }),
    );
  });
  const [adjusted, plain] = within(await list()).getAllByRole('listitem');
  expect(plain?.textContent).toContain('Bought 2 SPY 18 Dec 2026 650 call at 3.00$600.00');
  expect(adjusted?.textContent).toContain('Bought 2 SPY1 18 Dec 2026 650 call at 3.00');
  expect(adjusted?.textContent).not.toContain('$');
});

test('a failed trade is shown with its reason', async () => {
  page = await openPage(<TradeNotifications />);
  await waitFor(() => expect(page.server.emitted('subscribe:trades')).toHaveLength(1));
  page.server.happen(failed(1));
  await waitFor(() => expect(toasts()).toHaveLength(1));
  expect(toasts()[0]).toContain('Insufficient funds');
});

test('a side and a source that only a newer server has are shown as they are', async () => {
  const newer = { side: 'sell_short' as never, source: 'mobile_app' as never };
  const { payload } = failed(2);
  page = await openPage(<TradeNotifications />, ({ journal }) => {
    const signal = { ...payload.signal, side: newer.side };
    journal.events.push(executed(1, newer), { event: 'trade:failed', payload: { ...payload, signal } });
  });
  const [lost, won] = within(await list()).getAllByRole('listitem');
  expect(won?.textContent).toMatch(/^Sell short .*Mobile app$/);
  expect(lost?.textContent).toMatch(/^Failed: Sell short/);
});

test('a burst is one toast, and every event is in the list', async () => {
  const timers = manualTimers();
  page = await openPage(<TradeNotifications />, () => {}, timers);
  await waitFor(() => expect(page.server.emitted('subscribe:trades')).toHaveLength(1));
  for (let seq = 1; seq <= 20; seq += 1) page.server.happen(executed(seq));
  await waitFor(async () => expect(within(await list()).getAllByRole('listitem')).toHaveLength(20));
  timers.advance(100);
  await waitFor(() => expect(toasts()).toHaveLength(1));
  expect(toasts()[0]).toContain('20 trade events just now');
});

test('an order filled in parts is one toast that counts up', async () => {
  page = await openPage(<TradeNotifications />);
  await waitFor(() => expect(page.server.emitted('subscribe:trades')).toHaveLength(1));
  const part = (seq: number, filledQuantity: number, averageFillPrice: number) => {
    page.server.happen(executed(seq, { orderId: ORDER.id, symbol: 'F', quantity: 1_000 }));
    const order = { ...ORDER, symbol: 'F', quantity: 3_000, filledQuantity, averageFillPrice };
    page.server.happen({ event: 'order:update', payload: { ...order, epoch: 'e1', seq: seq + 1 } });
  };
  part(1, 1_000, 10);
  await waitFor(() =>
    expect(toasts()).toEqual([expect.stringContaining('Bought 1,000 of 3,000 F at 10.00')]),
  );
  part(3, 2_000, 10.25);
  part(5, 3_000, 10.5);
  await waitFor(() =>
    expect(toasts()).toEqual([expect.stringContaining('Bought 3,000 F at 10.50$31,500.00')]),
  );
});

test('a list that is cut off says so', async () => {
  page = await openPage(<TradeNotifications />, ({ journal }) => {
    for (let seq = 1; seq <= 201; seq += 1) journal.events.push(executed(seq));
  });
  expect(await screen.findByText('Only the newest 200 are listed.')).toBeTruthy();
});

test('where the journal cannot be read it says so and can be tried again', async () => {
  page = await openPage(<TradeNotifications />, ({ routes }) => {
    routes['GET /api/trades'] = () => ({ status: 500, error: 'Broken', code: 'INTERNAL' });
  });
  await screen.findByText('Earlier trades could not be loaded');
  page.server.routes['GET /api/trades'] = () => ({ epoch: 'e1', head: 1, events: [executed(1)] });
  await page.user.click(screen.getByRole('button', { name: 'Try again' }));
  await list();
  expect(items()).toHaveLength(1);
});

test('a position that changed without a trade is told in words, in a toast and in the list', async () => {
  page = await openPage(<TradeNotifications />);
  await waitFor(() => expect(page.server.emitted('subscribe:trades')).toHaveLength(1));
  page.server.happen(adjusted(1));
  await waitFor(() => expect(toasts()).toHaveLength(1));
  expect(toasts()[0]).toContain('Closed by the operator: 100 GONE');
  page.server.happen(adjusted(2, { reason: 'split', quantityBefore: 10, quantityAfter: 40, cash: 0 }));
  await waitFor(async () => expect(within(await list()).getAllByRole('listitem')).toHaveLength(2));
  expect(items()[1]).toContain('Closed by the operator: 100 GONE+$35.00 cash');
  expect(items()[0]).toContain('Split: 10 GONE are now 40No cash was paid.');
});
