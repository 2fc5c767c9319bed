import { expect, test } from '@jest/globals';
import { createRequestPace } from '../../src/lib/request-pace.ts';
import { createManualClock } from '../support/manual-clock.ts';

const endOfTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function start() {
  const clock = createManualClock('2026-03-02T15:00:00.000Z');
  const pace = createRequestPace({ clock, perSecond: 5 });
  /** Names of requests in the order in which they ended; `!` before those that were sent away. */
  const ended: string[] = [];
  const ask = (name: string, withinMs?: number, signal?: AbortSignal): void =>
    void pace.turn(signal, withinMs).then((isInTime) => ended.push(isInTime ? name : `!${name}`));
  const advance = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await endOfTurn();
  };
  return { pace, ask, ended, advance };
}

test('the first request goes out at once, the others in their order, one a step', async () => {
  const { pace, ask, ended, advance } = start();
  for (const name of ['a', 'b', 'c']) ask(name);
  await endOfTurn();
  expect(ended).toEqual(['a']);
  expect(pace.waitMs()).toBe(600);
  await advance(199);
  expect(ended).toEqual(['a']);
  await advance(1);
  expect(ended).toEqual(['a', 'b']);
  await advance(200);
  expect(ended).toEqual(['a', 'b', 'c']);
});

test('a hold sends away at once who would wait too long for it; the others keep their order', async () => {
  const { pace, ask, ended, advance } = start();
  ask('first');
  ask('hasty', 5_000);
  ask('patient');
  ask('also hasty', 5_000);
  ask('last');
  pace.hold(10_000);
  await endOfTurn();
  expect(ended).toEqual(['first', '!hasty', '!also hasty']);
  await advance(9_999);
  expect(ended).toHaveLength(3);
  await advance(1);
  expect(ended.at(-1)).toBe('patient');
  await advance(200);
  expect(ended.at(-1)).toBe('last');
});

test('where some are sent away, those behind them move up and may be in time', async () => {
  const { pace, ask, ended, advance } = start();
  ask('first');
  ask('hasty', 300);
  ask('next', 1_000);
  pace.hold(900);
  await endOfTurn();
  expect(ended).toEqual(['first', '!hasty']);
  await advance(900);
  expect(ended.at(-1)).toBe('next');
});

test('a request that would wait too long is sent away at once, and takes no turn', async () => {
  const { pace, ask, ended } = start();
  for (const name of ['a', 'b', 'c']) ask(name);
  const before = pace.waitMs();
  ask('hasty', before - 1);
  await endOfTurn();
  expect(ended).toEqual(['a', '!hasty']);
  expect(pace.waitMs()).toBe(before);
});

test('the end of the service ends the waiting', async () => {
  const { ask, ended } = start();
  const stopped = new AbortController();
  ask('a');
  ask('b', undefined, stopped.signal);
  stopped.abort();
  await endOfTurn();
  expect(ended).toEqual(['a', 'b']);
});
