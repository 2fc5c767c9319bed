import { expect, jest, test } from '@jest/globals';
import { type Quote, quoteToPayload, toStale } from '../../../src/domain/market/quote.ts';
import type { Cancel, Clock } from '../../../src/lib/clock.ts';
import { createMetrics } from '../../../src/metrics/index.ts';
import { createFanOut } from '../../../src/realtime/state-lane/fan-out.ts';
import { createLatencyWindow } from '../../../src/realtime/state-lane/latency-window.ts';
import type { StateSource } from '../../../src/realtime/state-lane/topic.ts';

const endOfTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const quote = (symbol: string, price: number): Quote =>
  ({ symbol, price, state: 'live', receivedAt: 0 }) as Quote;

/** A publication takes ten milliseconds, so that the fan-out rests as long; `wake` is the end of that rest. */
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
  const written: string[] = [];
  /** In how many turns the next tick does its work. */
  let parts = 1;
  const onStall = jest.fn();
  const quotes: StateSource<Quote, 'quote:update'> = {
    event: 'quote:update',
    latest: () => undefined,
    toPayload: quoteToPayload,
    subjectOf: ({ symbol }) => symbol,
    onChange: () => () => {},
    toStale,
    onStall,
  };
  const fanOut = createFanOut({
    lane: {
      publish(updates) {
        now += 10;
        for (const { values } of updates)
          for (const { symbol, price, state } of values.values() as Iterable<Quote>)
            written.push(`${symbol} ${price} ${state}`);
      },
      tick: () => written.push('tick'),
    },
    beforeTick() {
      written.push('before the tick');
      return parts-- > 1;
    },
    metrics: createMetrics().realtime,
    latency: createLatencyWindow(),
    clock,
  });
  return {
    add: (...changed: Quote[]) => fanOut.add(quotes, changed),
    tick(inParts = 1) {
      parts = inParts;
      fanOut.tick();
    },
    written,
    onStall,
    wakeAfter(ms: number): void {
      now += ms;
      wake();
    },
  };
}

test('values that change while the lane rests are sent afterwards, the latest of each, and then the tick', async () => {
  const { add, tick, written, onStall, wakeAfter } = setUp();
  add(quote('A', 1));
  await endOfTurn();
  add(quote('A', 2), quote('B', 1));
  add(quote('A', 3));
  tick();
  expect(written).toEqual(['A 1 live']);
  wakeAfter(10);
  expect(written).toEqual(['A 1 live', 'A 3 live', 'B 1 live', 'before the tick', 'tick']);
  expect(onStall).not.toHaveBeenCalled();
});

test('a process that stalled with quotes in hand sends them as stale and asks for the latest', async () => {
  const { add, written, onStall, wakeAfter } = setUp();
  add(quote('A', 1));
  await endOfTurn();
  add(quote('A', 2));
  wakeAfter(10_000);
  expect(written).toEqual(['A 1 live', 'A 2 stale']);
  expect(onStall).toHaveBeenCalledTimes(1);
  await endOfTurn();
  wakeAfter(10);
  add(quote('A', 3));
  expect(written).toEqual(['A 1 live', 'A 2 stale', 'A 3 live']);
  expect(onStall).toHaveBeenCalledTimes(1);
});

test('a tick with more to do than one turn of the loop continues after the others had theirs', async () => {
  const { add, tick, written, wakeAfter } = setUp();
  add(quote('A', 1));
  await endOfTurn();
  add(quote('A', 2));
  tick(2);
  wakeAfter(10);
  const first = ['A 1 live', 'A 2 live', 'before the tick', 'tick'];
  expect(written).toEqual(first);
  await endOfTurn();
  wakeAfter(10);
  expect(written).toEqual([...first, 'before the tick', 'tick']);
  await endOfTurn();
  wakeAfter(10);
  expect(written).toHaveLength(6);
});
