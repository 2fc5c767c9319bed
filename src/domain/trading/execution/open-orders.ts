import type { Ledger, OpenOrder, OpenOrderPlace } from '../ledger.ts';

/**
 * Every order that the broker has or may have, oldest first: who came first has the first share of a quote. Read in pages,
 * without the lease row: the lease is renewed meanwhile. The pages are of different moments, but once `settled` has
 * resolved only this term changes such orders, and it has not begun to.
 */
export async function readAllOpen(
  ledger: Pick<Ledger, 'settled' | 'openOrders'>,
  fencing: number,
): Promise<OpenOrder[]> {
  await ledger.settled(fencing);
  const open: OpenOrder[] = [];
  let after: OpenOrderPlace | null = null;
  do {
    const { orders, next } = await ledger.openOrders(after);
    open.push(...orders);
    after = next;
  } while (after !== null);
  return open.sort((a, b) => a.number - b.number);
}
