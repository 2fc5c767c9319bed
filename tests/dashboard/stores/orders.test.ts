/** @jest-environment node */
import { describe, expect, test } from '@jest/globals';
import { createOrdersStore, isOpen } from '../../../dashboard/src/stores/orders.ts';
import type { OrderPayload } from '../../../src/protocol/orders.ts';
import { ORDER } from '../support/fixtures.ts';

const later = '2026-11-20T15:05:00.000Z';

/** The answers of a server with these orders, newest first. */
function serve(book: OrderPayload[]) {
  const asked: object[] = [];
  return {
    asked,
    async orders(range: { status?: 'open'; before?: string } = {}) {
      asked.push(range);
      const older = book.slice(book.findIndex(({ id }) => id === range.before) + 1);
      return older.filter((order) => range.status === undefined || isOpen(order)).slice(0, 200);
    },
  };
}
const bookOf = (count: number, status: OrderPayload['status'] = 'working'): OrderPayload[] =>
  Array.from({ length: count }, (_, index) => ({ ...ORDER, id: `o${count - index}`, status }));

describe('orders', () => {
  test('a list that was asked for before an update does not undo it', async () => {
    const orders = createOrdersStore({ api: serve([ORDER]) });
    orders.apply({ ...ORDER, status: 'filled', updatedAt: later });
    await orders.load();
    expect(orders.getState()).toMatchObject({ status: 'ready', byId: { o1: { status: 'filled' } } });
  });

  test('a final state is never left, whatever the clock of the answer says', () => {
    const orders = createOrdersStore({ api: serve([]) });
    orders.apply({ ...ORDER, status: 'cancelled' });
    orders.apply({ ...ORDER, status: 'working', updatedAt: later });
    expect(orders.getState().byId.o1?.status).toBe('cancelled');
  });

  test('open orders are found behind two hundred that were filled since, without being asked for', async () => {
    const old = { ...ORDER, id: 'old' };
    const orders = createOrdersStore({ api: serve([...bookOf(250, 'filled'), old]) });
    await orders.load();
    expect(orders.getState()).toMatchObject({ byId: { old }, olderFrom: null });
  });

  test('every open order is reached, page after page', async () => {
    const api = serve(bookOf(5_000));
    const orders = createOrdersStore({ api });
    await orders.load();
    expect(Object.keys(orders.getState().byId)).toHaveLength(400);
    while (orders.getState().olderFrom !== null) await orders.loadOlder();
    expect(Object.keys(orders.getState().byId)).toHaveLength(5_000);
    // The end of a list of whole pages is known by an empty one.
    expect(api.asked).toHaveLength(26);
  });

  test('what ended unheard is not shown as open once the list is loaded anew', async () => {
    const book = bookOf(3);
    const orders = createOrdersStore({ api: serve(book) });
    await orders.load();
    book.splice(1, 1);
    await orders.load();
    expect(Object.keys(orders.getState().byId).sort()).toEqual(['o1', 'o3']);
  });
});
