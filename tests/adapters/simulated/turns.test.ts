import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { createSimulatedHistory } from '../../../src/adapters/simulated/history.ts';
import { createSimulatedOptions } from '../../../src/adapters/simulated/options/source.ts';
import { createTurns } from '../../../src/adapters/simulated/turns.ts';
import { createManualClock } from '../../support/manual-clock.ts';

test('pieces of work take one turn of the loop each, first come, first served', async () => {
  const turns = createTurns();
  let turn = 0;
  let counting = true;
  const counted = (async () => {
    while (counting) {
      turn += 1;
      await nextTurn();
    }
  })();
  const done: [name: string, turn: number][] = [];
  const work = async (name: string): Promise<void> => {
    for (let piece = 0; piece < 4; piece++) {
      await turns.next();
      done.push([name, turn]);
    }
  };
  await Promise.all([work('a'), work('b'), work('c')]);
  counting = false;
  await counted;
  expect(done.map(([name]) => name).join('')).toBe('abcabcabcabc');
  expect(new Set(done.map(([, at]) => at)).size).toBe(done.length);
});

test('who waits at a stop is refused, and so is who comes later', async () => {
  const turns = createTurns();
  const waiting = turns.next();
  turns.stop();
  await expect(waiting).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: 2_000 });
  await expect(turns.next()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});

test('everything that is drawn for a request waits for its turn: days, minutes, snapshots, chains and contracts', async () => {
  const clock = createManualClock('2026-11-20T15:04:30Z');
  let asked = 0;
  const turns = {
    async next() {
      asked += 1;
    },
    stop() {},
  };
  const turnsOf = async (request: () => Promise<unknown>): Promise<number> => {
    const before = asked;
    await request();
    return asked - before;
  };
  const past = createSimulatedHistory({ clock, seed: 1, turns });
  const { chains, history } = createSimulatedOptions({ clock, seed: 1, updatesPerSecond: 4, turns });
  const range = { from: Date.parse('2026-11-11T05:00:00Z'), to: clock.now(), adjusted: true, limit: 5_000 };
  const minutes = { ...range, timespan: 'minute', multiplier: 1 } as const;
  const [expiry] = await chains.expirations('SPY');
  const { contracts } = await chains.chain({ underlying: 'SPY', expiry: expiry!.expiry });
  const symbol = contracts[0]!.symbol;
  clock.advance(2_000);

  expect(await turnsOf(() => past.bars({ ...minutes, symbol: 'SPY', timespan: 'day' }))).toBe(10);
  expect(await turnsOf(() => past.bars({ ...minutes, symbol: 'SPY' }))).toBe(10);
  expect(await turnsOf(() => past.snapshot('SPY'))).toBe(1);
  expect(await turnsOf(() => chains.chain({ underlying: 'SPY', expiry: expiry!.expiry }))).toBe(
    Math.ceil(contracts.length / 8),
  );
  expect(await turnsOf(() => history({ candles: async () => [] }).bars({ ...minutes, symbol }))).toBe(10);
});

test('work that nobody waits for any more takes no further turn', async () => {
  const clock = createManualClock('2026-11-20T15:04:30Z');
  const turns = createTurns();
  const past = createSimulatedHistory({ clock, seed: 1, turns });
  const { chains, history } = createSimulatedOptions({ clock, seed: 1, updatesPerSecond: 4, turns });
  const { contracts } = await chains.chain({ underlying: 'SPY', expiry: '2026-12-18' });
  clock.advance(2_000);
  const range = { from: Date.parse('2026-11-11T05:00:00Z'), to: clock.now(), adjusted: true, limit: 5_000 };
  const minutes = { ...range, timespan: 'minute', multiplier: 1 } as const;
  const works: ((signal: AbortSignal) => Promise<unknown>)[] = [
    (signal) => past.bars({ ...minutes, symbol: 'SPY' }, signal),
    (signal) => past.bars({ ...minutes, symbol: 'SPY', timespan: 'day' }, signal),
    (signal) => chains.chain({ underlying: 'SPY', expiry: '2026-12-18' }, signal),
    (signal) =>
      history({ candles: async () => [] }).bars({ ...minutes, symbol: contracts[0]!.symbol }, signal),
  ];
  for (const work of works) {
    const gone = new AbortController();
    const answer = work(gone.signal);
    const outcome = expect(answer).rejects.toThrow('gone');
    await turns.next();
    gone.abort(new Error('gone'));
    await outcome;
  }
});
