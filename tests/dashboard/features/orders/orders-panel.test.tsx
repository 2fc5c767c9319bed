/**
 * @jest-environment jsdom
 * @jest-environment-options {"customExportConditions": ["node", "node-addons"]}
 */
import { afterEach, expect, test } from '@jest/globals';
import { screen, waitFor, within } from '@testing-library/react';
import { OrdersPanel } from '../../../../dashboard/src/features/orders/orders-panel.tsx';
import { failed, ORDER } from '../../support/fixtures.ts';
import { openPage, type Page } from '../../support/screen.tsx';

let page: Page;
afterEach(() => page.close());

test('an open order shows its terms, and is gone from the open ones once it is cancelled', async () => {
  page = await openPage(<OrdersPanel />);
  const row = await screen.findByRole('row', { name: /6 MSFT/ });
  expect(row.textContent).toContain('Limit 400.00, GTC');
  expect(row.textContent).toContain('Working');
  await page.user.click(within(row).getByRole('button', { name: 'Cancel buy 6 MSFT' }));
  expect(await screen.findByText('No open orders')).toBeTruthy();
  expect(document.activeElement).toBe(screen.getByRole('radio', { name: 'Open' }));
  expect(page.server.requests('DELETE', '/api/orders/o1')).toHaveLength(1);
  await page.user.click(screen.getByRole('radio', { name: 'Done' }));
  expect(screen.getByRole('row', { name: /6 MSFT/ }).textContent).toContain('Cancelled');
});

test('a cancel that is refused says why and leaves the order', async () => {
  page = await openPage(<OrdersPanel />, ({ routes }) => {
    routes['DELETE /api/orders/*'] = () => ({
      status: 409,
      code: 'CONFLICT',
      error: 'The order is filled already.',
    });
  });
  await page.user.click(await screen.findByRole('button', { name: 'Cancel buy 6 MSFT' }));
  expect((await screen.findByRole('alert')).textContent).toBe('The order is filled already.');
  expect(screen.getByRole('button', { name: 'Cancel buy 6 MSFT' })).toBeTruthy();
});

test('older open orders are shown on demand and can be cancelled', async () => {
  const idOf = (index: number) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
  const book = Array.from({ length: 401 }, (_, index) => ({
    ...{ ...ORDER, id: idOf(index), quantity: index + 1 },
    ...(index < 200 && { status: 'filled' as const }),
  }));
  page = await openPage(<OrdersPanel />, ({ routes }) => {
    routes['GET /api/orders'] = ({ query }) => {
      const from = book.findIndex(({ id }) => id === query.get('before')) + 1;
      return book.slice(from, from + 200);
    };
    routes['DELETE /api/orders/*'] = () => ({ ...book[400], status: 'cancelled' });
  });
  // By text and label: a look by role weighs each of the two hundred rows for seconds.
  await page.user.click(await screen.findByText('Show older open orders'));
  await page.user.click(await screen.findByLabelText('Cancel buy 401 MSFT'));
  await waitFor(() => expect(screen.queryByLabelText('Cancel buy 401 MSFT')).toBeNull());
  expect(page.server.requests('DELETE', `/api/orders/${idOf(400)}`)).toHaveLength(1);
  expect(screen.queryByText('Show older open orders')).toBeNull();
});

test('a refused order is listed as done, with the reason as a sentence', async () => {
  page = await openPage(<OrdersPanel />, ({ routes }) => {
    routes['GET /api/orders'] = () => [{ ...ORDER, status: 'denied', reason: 'PRICE_COLLAR' }];
  });
  expect(await screen.findByText('No open orders')).toBeTruthy();
  await page.user.click(screen.getByRole('radio', { name: 'Done' }));
  expect(screen.getByText('The price is too far from the market. Choose a closer one.')).toBeTruthy();
});

test('a refusal is told in the words that Activity has for it', async () => {
  page = await openPage(<OrdersPanel />, ({ routes, journal }) => {
    routes['GET /api/orders'] = () => [{ ...ORDER, status: 'denied', reason: 'INSUFFICIENT_FUNDS' }];
    const entry = failed(1);
    journal.events.push({ ...entry, payload: { ...entry.payload, orderId: ORDER.id } } as typeof entry);
  });
  await page.user.click(await screen.findByRole('radio', { name: 'Done' }));
  expect(await screen.findByText('Insufficient funds')).toBeTruthy();
});

test('an order that could not be loaded is not an empty list', async () => {
  page = await openPage(<OrdersPanel />, ({ routes }) => {
    routes['GET /api/orders'] = () => ({ status: 500, code: 'INTERNAL', error: 'Broken' });
  });
  expect(await screen.findByText('The orders could not be loaded')).toBeTruthy();
  expect(screen.queryByText('No open orders')).toBeNull();
});

test('a partial fill is shown as it comes in', async () => {
  page = await openPage(<OrdersPanel />);
  await screen.findByRole('row', { name: /6 MSFT/ });
  await waitFor(() => expect(page.server.emitted('subscribe:trades')).toHaveLength(1));
  page.server.happen({
    event: 'order:update',
    payload: {
      ...ORDER,
      status: 'partially_filled',
      filledQuantity: 2,
      averageFillPrice: 399.9,
      epoch: 'e1',
      seq: 1,
    },
  });
  expect(await screen.findByText('Partially filled')).toBeTruthy();
  expect(screen.getByText('2 at 399.90')).toBeTruthy();
});

test('words of a newer server are shown as they are, and the list stays', async () => {
  page = await openPage(<OrdersPanel />, ({ routes }) => {
    const words = { side: 'sell_short', type: 'stop_limit', timeInForce: 'ioc', status: 'pending_replace' };
    routes['GET /api/orders'] = () => [{ ...ORDER, ...words, stopPrice: 405, reason: 'SOMETHING_NEW' }];
  });
  const row = await screen.findByRole('row', { name: /6 MSFT/ });
  expect(row.textContent).toContain('Sell short 6 MSFTStop limit 400.00 405.00, Ioc');
  expect(row.textContent).toContain('Pending replace');
  expect(row.textContent).toContain('Something new');
});

test('a fill at the last trade says so', async () => {
  page = await openPage(<OrdersPanel />, ({ routes }) => {
    const filled = { status: 'filled', filledQuantity: 6, averageFillPrice: 400.25 } as const;
    routes['GET /api/orders'] = () => [{ ...ORDER, ...filled, fillBasis: 'last-trade' }];
  });
  await page.user.click(await screen.findByRole('radio', { name: 'Done' }));
  expect((await screen.findByRole('row', { name: /6 MSFT/ })).textContent).toContain(
    '6 at 400.25, the last trade',
  );
});
