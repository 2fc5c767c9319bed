import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { clientOrderIdOf, orderKey } from '../../../src/domain/trading/order-key.ts';
import { keySchema } from '../../../src/protocol/schemas.ts';
import type { TradeSource } from '../../../src/protocol/trades.ts';

/** Keys as senders choose them, many of them like ours. */
const key = fc
  .tuple(
    fc.constantFrom('', 'hook:', 'demo-', 'hook', ':', 'hook:hook:'),
    fc.stringMatching(/^[\x21-\x7e]{1,5}$/),
  )
  .map(([beginning, rest]) => beginning + rest)
  .filter((text) => keySchema.safeParse(text).success);
const sender = fc.constantFrom<TradeSource>('dashboard', 'api', 'hook', 'demo');
const isClient = (source: TradeSource): boolean => source === 'dashboard' || source === 'api';

describe('the key of an order', () => {
  test('is never that of another sender or of another key', () => {
    fc.assert(
      fc.property(sender, key, sender, key, (one, first, other, second) => {
        const isSame = first === second && (one === other || (isClient(one) && isClient(other)));
        expect(orderKey(one, first) === orderKey(other, second)).toBe(isSame);
      }),
      { numRuns: 2_000 },
    );
  });

  test('is shown to a client as the client has chosen it', () => {
    fc.assert(fc.property(key, (text) => expect(clientOrderIdOf(orderKey('api', text))).toBe(text)));
  });

  test('of hooks, and of clients who choose nothing like ours, is what releases before have kept', () => {
    expect(orderKey('hook', 'signal-1')).toBe('hook:signal-1');
    expect(orderKey('api', 'my-order')).toBe('my-order');
    expect(orderKey('demo', 'AAPL')).toBe('demo-AAPL');
  });
});
