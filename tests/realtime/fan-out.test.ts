import { expect, test } from '@jest/globals';
import type { Quote } from '../../src/domain/market/quote.ts';
import type { Cancel, Clock } from '../../src/lib/clock.ts';
import { createMetrics } from '../../src/metrics/index.ts';
import { createFanOut } from '../../src/realtime/fan-out.ts';
import { createLatencyWindow } from '../../src/realtime/latency-window.ts';

const endOfTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const quote = (symbol: string, price: number): Quote =>
  ({ symbol, price, state: 'live', receivedAt: 0 }) as Quote;

/** Telling quotes takes ten milliseconds, so that it rests as long; `wake` is the end of that rest, whenever it comes. */
function setUp() {
  let now = 0;
  let wake = (): void => {};
  const clock: Clock = {
    now: () => now,
    after(_ms, run): Cancel {
      wake = run;
      return () => {};
    },
    every: () => () => {},
  };
  const told: string[] = [];
  let missed = 0;
  const fanOut = createFanOut({
    lane: {
      publish(quotes) {
        now += 10;
        told.push(...quotes.map(({ symbol, price, state }) => `${symbol} ${price} ${state}`));
      },
      tick: () => told.push('tick'),
    },
    views: { quotesChanged() {}, tick() {} },
    metrics: createMetrics().realtime,
    latency: createLatencyWindow(),
    clock,
    onMissed: () => {
      missed += 1;
    },
  });
  return {
    fanOut,
    told,
    missed: () => missed,
    wakeAfter(ms: number): void {
      now += ms;
      wake();
    },
  };
}

test('what changes while the lane rests goes out afterwards in its latest values, and the tick after it', async () => {
  const { fanOut, told, missed, wakeAfter } = setUp();
  fanOut.add([quote('A', 1)]);
  await endOfTurn();
  fanOut.add([quote('A', 2), quote('B', 1)]);
  fanOut.add([quote('A', 3)]);
  fanOut.tick();
  expect(told).toEqual(['A 1 live']);
  wakeAfter(10);
  expect(told).toEqual(['A 1 live', 'A 3 live', 'B 1 live', 'tick']);
  expect(missed()).toBe(0);
});

test('a process that stood still with quotes in hand tells them as old and asks for the latest', async () => {
  const { fanOut, told, missed, wakeAfter } = setUp();
  fanOut.add([quote('A', 1)]);
  await endOfTurn();
  fanOut.add([quote('A', 2)]);
  wakeAfter(10_000);
  expect(told).toEqual(['A 1 live', 'A 2 stale']);
  expect(missed()).toBe(1);
  await endOfTurn();
  wakeAfter(10);
  fanOut.add([quote('A', 3)]);
  expect(told).toEqual(['A 1 live', 'A 2 stale', 'A 3 live']);
  expect(missed()).toBe(1);
});
