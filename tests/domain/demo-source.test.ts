import { afterEach, expect, test } from '@jest/globals';
import { silentLog } from '../../rig/log.ts';
import { crossesOf, LONG, type MinuteClose } from '../../src/domain/signals/averages.ts';
import { startDemoSource } from '../../src/domain/signals/demo-source.ts';
import type { SentSignal } from '../../src/domain/signals/signal.ts';
import type { Cancel } from '../../src/lib/clock.ts';
import { TradecastError } from '../../src/protocol/errors.ts';
import { createManualClock } from '../support/manual-clock.ts';

const MINUTE_MS = 60_000;
const OPEN = Date.parse('2026-01-02T14:30:00Z');
const minutesOf = (closes: readonly number[]): MinuteClose[] =>
  closes.map((close, index) => ({ start: OPEN + index * MINUTE_MS, close }));
/** Falls, then rises: the short average passes the long one three minutes after the turn. */
const TURN = [...Array.from({ length: LONG }, (_, index) => 120 - index), 103, 106, 109, 112, 115, 118, 121];

let cancel: Cancel = () => {};
afterEach(() => cancel());

test('a cross is where the short average changes its side of the long one', () => {
  const crosses = crossesOf(minutesOf(TURN));
  expect(crosses).toEqual([{ minute: minutesOf(TURN)[24], direction: 'up' }]);
  expect(crossesOf(minutesOf(TURN.map((close) => 240 - close)))).toMatchObject([{ direction: 'down' }]);
  expect(crossesOf(minutesOf(Array.from({ length: 60 }, () => 100)))).toEqual([]);
  expect(crossesOf(minutesOf(TURN.slice(0, LONG)))).toEqual([]);
});

async function demo(parts: { isEngine?: boolean; refuse?: boolean; after?: number } = {}) {
  const { isEngine = true, refuse = false, after = TURN.length } = parts;
  const clock = createManualClock(OPEN + after * MINUTE_MS);
  const sent: Omit<SentSignal, 'receivedAt'>[] = [];
  const wanted: (readonly string[])[] = [];
  cancel = startDemoSource({
    signals: {
      async accept(signal) {
        sent.push(signal);
        if (refuse) throw new TradecastError('CONFLICT', 'accepted before');
        return { duplicate: false };
      },
    },
    symbols: async () => ['AAPL', 'MSFT'],
    want: (symbols) => void wanted.push(symbols),
    minutes: async () => minutesOf(TURN),
    isEngine: () => isEngine,
    clock,
    log: silentLog,
  });
  for (let look = 0; look < 3; look++) {
    clock.advance(5_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { sent, wanted };
}

test('the demo source says buy where the averages cross upwards, once, and marks itself', async () => {
  const { sent, wanted } = await demo();
  expect(sent.map(({ body }) => body)).toMatchObject([
    { symbol: 'AAPL', action: 'buy', price: 115, stopPrice: 113.85, targetPrice: 117.3, premium: false },
    {
      symbol: 'MSFT',
      action: 'buy',
      premium: true,
      source: 'demo-averages',
      timestamp: '2026-01-02T14:55:00.000Z',
    },
  ]);
  expect(wanted[0]).toEqual(['AAPL', 'MSFT']);
});

test('a cross that another engine sent is not sent again', async () => {
  expect((await demo({ refuse: true })).sent).toHaveLength(2);
});

test('a replica that is not the engine sends nothing, and nobody sends what is five minutes old', async () => {
  expect((await demo({ isEngine: false })).sent).toEqual([]);
  expect((await demo({ after: TURN.length + 5 })).sent).toEqual([]);
});
