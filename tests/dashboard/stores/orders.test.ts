/** @jest-environment node */
import { describe, expect, test } from '@jest/globals';
import { createOrdersStore } from '../../../dashboard/src/stores/orders.ts';
import { ORDER } from '../support/fixtures.ts';

describe('orders', () => {
  const later = '2026-11-20T15:05:00.000Z';
  test('a list that was asked for before an update does not undo it', () => {
    const orders = createOrdersStore();
    orders.apply({ ...ORDER, status: 'filled', updatedAt: later });
    orders.load([ORDER]);
    expect(orders.getState()).toMatchObject({ status: 'ready', byId: { o1: { status: 'filled' } } });
  });

  test('a final state is never left, whatever the clock of the answer says', () => {
    const orders = createOrdersStore();
    orders.apply({ ...ORDER, status: 'cancelled' });
    orders.apply({ ...ORDER, status: 'working', updatedAt: later });
    expect(orders.getState().byId.o1?.status).toBe('cancelled');
  });
});
