import { expect, test } from '@jest/globals';
import { ruleOn } from '../../src/domain/signals/rules.ts';
import { type SignalBody, signalSchema } from '../../src/protocol/signals.ts';

const now = Date.parse('2026-01-02T15:04:05Z');
const at = (seconds: number): string => new Date(now + seconds * 1_000).toISOString();
const body = (given: object = {}): SignalBody =>
  signalSchema.parse({
    id: 's-1',
    symbol: 'AAPL',
    action: 'buy',
    premium: false,
    source: 'momentum',
    timestamp: at(0),
    ...given,
  });
const first = { revision: 1, digest: 'bytes', premium: false };

test('a repeat is recognised however late it comes, and after the end of the signal', () => {
  const sent = { body: body({ timestamp: at(-86_400), expiresAt: at(-80_000) }), digest: 'bytes' };
  expect(ruleOn(sent, [first], now)).toBe('duplicate');
  expect(() => ruleOn(sent, [], now)).toThrow(expect.objectContaining({ code: 'EXPIRED' }));
});

test.each([
  [5, undefined, 'new'],
  [6, undefined, 'VALIDATION'],
  [-300, undefined, 'new'],
  [-301, undefined, 'EXPIRED'],
  [-10, 1, 'new'],
  [-10, 0, 'EXPIRED'],
  [0, 0, 'VALIDATION'],
])('a signal of %s s from now that ends at %s s is %s', (timestamp, expires, result) => {
  const times = { timestamp: at(timestamp), ...(expires !== undefined && { expiresAt: at(expires) }) };
  const rule = () => ruleOn({ body: body(times), digest: 'bytes' }, [], now);
  if (result === 'new') expect(rule()).toBe('new');
  else expect(rule).toThrow(expect.objectContaining({ code: result }));
});

test.each([
  [{}, 'CONFLICT'],
  [{ revision: 2 }, 'updated'],
  [{ revision: 2, premium: true }, 'CONFLICT'],
])('after the first revision %j is %s', (given, result) => {
  const rule = () => ruleOn({ body: body(given), digest: 'other bytes' }, [first], now);
  if (result === 'updated') expect(rule()).toBe('updated');
  else expect(rule).toThrow(expect.objectContaining({ code: result }));
});
