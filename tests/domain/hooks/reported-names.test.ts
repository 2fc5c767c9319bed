import { describe, expect, test } from '@jest/globals';
import { createTestClock } from '../../../rig/clock.ts';
import { createReadNames } from '../../../src/domain/hooks/reported-names.ts';
import { TradecastError } from '../../../src/protocol/errors.ts';

const LISTED: readonly string[] = ['BRK.B', 'ACHR.WS.A', 'BACpL', 'AAPL'];

function reader(get?: (symbol: string) => Promise<{ symbol: string; name: string } | null>) {
  const asked: string[] = [];
  const clock = createTestClock();
  const instruments = {
    async get(symbol: string) {
      asked.push(symbol);
      return get ? get(symbol) : LISTED.includes(symbol) ? { symbol, name: symbol } : null;
    },
  };
  const read = createReadNames({ instruments, clock });
  return { asked, clock, read, one: async (name: string) => (await read([name]))(name) };
}

describe('a name of a report', () => {
  test.each([
    ['aapl', 'AAPL'],
    ['BACpL', 'BACpL'],
    ['SPY   251219C00650000', 'O:SPY251219C00650000'],
    ['BTC/USD', 'BTC/USD'],
    ['Old Co. (escrow)', 'Old Co. (escrow)'],
  ])('%s is %s without a look-up', async (name, symbol) => {
    const { one, asked } = reader();
    expect(await one(name)).toBe(symbol);
    expect(asked).toEqual([]);
  });

  test.each([
    ['BRK-B', 'BRK.B'],
    ['BRK–B', 'BRK.B'],
    ['BAC PRL', 'BACpL'],
    ['ACHR-WTA', 'ACHR.WS.A'],
    ['XYZ-B', 'XYZ-B'],
  ])('%s is looked up, and is %s in a process that was never asked for it', async (name, symbol) => {
    const { one, asked } = reader();
    expect(await one(name)).toBe(symbol);
    expect(asked.length).toBeGreaterThan(0);
  });

  test('stays a text where the directory is away, and where it does not answer in a moment', async () => {
    const away = reader(() => Promise.reject(new TradecastError('UNAVAILABLE', 'not now')));
    expect(await away.one('BRK-B')).toBe('BRK-B');
    const slow = Promise.withResolvers<{ symbol: string; name: string }>();
    const { read, clock } = reader(() => slow.promise);
    const reading = read(['BRK-B']);
    clock.advance(500);
    const symbolOf = await reading;
    slow.resolve({ symbol: 'BRK.B', name: 'Berkshire' });
    await slow.promise;
    expect(symbolOf('BRK-B')).toBe('BRK-B');
  });

  test('is looked up once a report, and of many only the first twenty are', async () => {
    const { read, asked } = reader(async (symbol) => ({ symbol, name: symbol }));
    const names = Array.from({ length: 30 }, (_, at) => `A${String.fromCharCode(65 + (at % 26))}Q-B`);
    await read([...names, ...names]);
    expect(asked).toHaveLength(20);
    expect(new Set(asked).size).toBe(20);
  });
});
