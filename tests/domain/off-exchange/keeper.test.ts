import { describe, expect, test } from '@jest/globals';
import type { TradeTick } from '../../../src/domain/market/feed.ts';
import { BEHIND_MS } from '../../../src/domain/market/lateness.ts';
import { MARGIN_MS } from '../../../src/domain/off-exchange/gap-fetch.ts';
import { MAX_PIECE_ROWS } from '../../../src/domain/off-exchange/pieces.ts';
import { newYorkTime } from '../../../src/protocol/new-york.ts';
import { createOffExchangeEngine, type EngineOptions } from '../../support/off-exchange-engine.ts';

const MONDAY = '2026-06-15';
const OPENING = newYorkTime(MONDAY, 4 * 60);
const NOON = newYorkTime(MONDAY, 720);
const SECOND = 1_000;
/** Nothing was summed before the service was started. */
const HEAD = [OPENING, NOON] as const;

/** What was on its way with the last sign of upstream. */
const LATENCY = BEHIND_MS.live.most;

/** An engine since noon whose prints arrive. */
async function begin(options: Partial<EngineOptions> = {}) {
  const engine = createOffExchangeEngine({ start: NOON, ...options });
  engine.tap.status({ state: 'live' });
  await engine.win();
  await engine.pass(5 * SECOND);
  engine.hear();
  return engine;
}

describe('the first engine of a day', () => {
  test('says that what was printed before it is missing', async () => {
    const engine = await begin();
    expect(engine.gaps()).toEqual([HEAD]);
  });

  test('says nothing of the kind where it began before the market', async () => {
    const engine = await begin({ start: OPENING - 60 * SECOND });
    await engine.pass(120 * SECOND);
    expect(engine.gaps()).toEqual([]);
  });
});

describe('a gap', () => {
  test('begins with the last sign of upstream, not when the silence was noticed', async () => {
    const engine = await begin();
    const heardAt = engine.clock.now();
    await engine.pass(5 * SECOND);
    engine.tap.status({ state: 'silent' });
    await engine.pass(10 * SECOND);
    engine.hear();
    engine.tap.status({ state: 'live' });
    await engine.pass(SECOND);
    expect(engine.gaps()).toEqual([HEAD, [heardAt - LATENCY, heardAt + 15 * SECOND]]);
  });

  test('of a killed engine begins with its last sign of upstream, though more was written since', async () => {
    const engine = await begin();
    const heardAt = engine.clock.now();
    await engine.pass(4 * SECOND);
    engine.print();
    await engine.pass(SECOND);
    expect(engine.prints('AAPL')).toBe(1);
    expect(engine.coveredUntil()).toBe(heardAt - LATENCY);
  });

  test('of a delayed feed has the times at which the missing prints were made', async () => {
    const { least, most } = BEHIND_MS.delayed;
    const engine = createOffExchangeEngine({ start: NOON });
    engine.tap.status({ state: 'delayed' });
    await engine.win();
    await engine.pass(10 * SECOND);
    engine.hear();
    const heardAt = engine.clock.now();
    await engine.pass(5 * SECOND);
    engine.tap.status({ state: 'down' });
    await engine.pass(30 * SECOND);
    engine.tap.status({ state: 'connecting' });
    await engine.pass(SECOND);
    engine.hear();
    engine.tap.status({ state: 'delayed' });
    await engine.pass(SECOND);
    const back = heardAt + 36 * SECOND;
    expect(engine.gaps()).toEqual([
      [OPENING, NOON - least],
      // The slowest print that was on its way, and the quickest one that came.
      [heardAt - most, back - least],
    ]);
  });
});

describe('a frame that is dropped whole', () => {
  test('leaves a gap from the message before it, and no side rests on what was known', async () => {
    const engine = await begin();
    engine.quote(9, 10);
    engine.print();
    const heardAt = engine.clock.now();
    await engine.pass(100);
    const droppedAt = engine.clock.now();
    engine.tap.dropped(1, true);
    engine.hear();
    engine.print();
    await engine.pass(3 * SECOND);
    expect(engine.gaps()).toEqual([HEAD, [heardAt - LATENCY, droppedAt]]);
    expect(engine.sides('AAPL')).toEqual({ bullish: 1, unknown: 1 });
  });

  test('leaves a gap also in the millisecond of the frame before it, and is fetched', async () => {
    const asked: string[] = [];
    const read = async (symbol: string): Promise<TradeTick[]> => {
      asked.push(symbol);
      return [];
    };
    const engine = await begin({ past: { read } });
    const at = engine.clock.now();
    engine.print();
    engine.tap.dropped(1, true);
    engine.hear();
    await engine.pass(MARGIN_MS + 10 * SECOND);
    expect(engine.gaps()).toEqual([HEAD, [at - LATENCY, at]]);
    expect(asked).toEqual(['AAPL']);
  });

  test('leaves a gap also in the millisecond in which prints began to arrive', async () => {
    const engine = createOffExchangeEngine({ start: OPENING });
    engine.tap.status({ state: 'live' });
    await engine.win();
    engine.tap.dropped(1, true);
    await engine.pass(3 * SECOND);
    expect(engine.gaps()).toEqual([[OPENING, OPENING + 1]]);
  });

  test('is one gap with those that follow at once', async () => {
    const engine = await begin();
    const heardAt = engine.clock.now();
    for (let frame = 0; frame < 5; frame++) {
      await engine.pass(500);
      engine.tap.dropped(1, true);
      engine.hear();
    }
    await engine.pass(3 * SECOND);
    expect(engine.gaps()).toEqual([HEAD, [heardAt - LATENCY, heardAt + 2_500]]);
  });

  test('is fetched: its prints count though later ones arrived before', async () => {
    const fetched: TradeTick[] = [];
    const engine = await begin({ past: { read: async () => fetched } });
    const before = engine.print({ sequence: 2, tradeId: 'before' });
    await engine.pass(100);
    engine.tap.dropped(1, true);
    engine.hear();
    const after = engine.print({ sequence: 4, tradeId: 'after' });
    fetched.push(before, { ...before, sequence: 3, tradeId: 'dropped' }, after);
    await engine.pass(2 * SECOND);
    await engine.pass(MARGIN_MS + 3 * SECOND);
    await engine.pass(SECOND);
    expect(engine.keeper.counters()).toMatchObject({ counted: 2, recovered: 1 });
    expect(engine.filled()).toEqual([[], ['AAPL']]);
  });

  test('while the stored sums are read hides no print of the time without an engine', async () => {
    const fetched: TradeTick[] = [];
    const engine = await begin({ past: { read: async () => fetched } });
    const before = engine.print({ sequence: 5, tradeId: 'before' });
    await engine.pass(2 * SECOND);
    await engine.lose(true);
    await engine.pass(3 * SECOND);
    const sourceTime = engine.clock.now();
    const missed = {
      ...before,
      sequence: 10,
      tradeId: 'missed',
      sourceTime,
      participantTime: sourceTime,
    };
    await engine.pass(3 * SECOND);
    engine.failLoads(1);
    await engine.win();
    engine.hear();
    engine.tap.status({ state: 'live' });
    await engine.pass(500);
    engine.tap.dropped(1, true);
    await engine.pass(500);
    // Its number is higher than that of the missed one, and the gap still goes on.
    fetched.push(before, missed, engine.print({ sequence: 20, tradeId: 'after' }));
    await engine.pass(2 * SECOND);
    await engine.pass(MARGIN_MS + 10 * SECOND);
    expect(engine.prints('AAPL')).toBe(3);
    expect(engine.filled().at(-1)).toEqual(['AAPL']);
  });

  test('is another thing than a tick that is dropped', async () => {
    const engine = await begin();
    engine.tap.dropped(1);
    await engine.pass(3 * SECOND);
    expect(engine.gaps()).toEqual([HEAD]);
  });
});

describe('after a break of the connection', () => {
  test.each([
    ['live', 0],
    ['delayed', 902 * SECOND],
  ] as const)('prints of a %s feed are unknown until a new quote comes', async (state, ageMs) => {
    const engine = createOffExchangeEngine({ start: NOON });
    engine.tap.status({ state });
    await engine.win();
    const at = (): number => engine.clock.now() - ageMs;
    const print = (): unknown => engine.print({ sourceTime: at(), participantTime: at() });
    engine.quote(9, 10, { sourceTime: at() });
    await engine.pass(SECOND);
    print();
    engine.tap.status({ state: 'down' });
    engine.tap.status({ state: 'connecting' });
    await engine.pass(SECOND);
    engine.tap.status({ state });
    print();
    engine.quote(10, 11, { sourceTime: at() });
    print();
    await engine.pass(2 * SECOND);
    expect(engine.sides('AAPL')).toEqual({ bullish: 1, unknown: 1, bearish: 1 });
  });

  test('sides rest on the quotes of before where the feed was only silent', async () => {
    const engine = await begin();
    engine.quote(9, 10);
    engine.tap.status({ state: 'silent' });
    engine.tap.status({ state: 'live' });
    engine.print();
    await engine.pass(2 * SECOND);
    expect(engine.sides('AAPL')).toEqual({ bullish: 1 });
  });
});

describe('a lease that is lost in a stall and comes back', () => {
  test('loses no print that was counted, and an invented market has no gap', async () => {
    const engine = await begin({ origin: 'simulated' });
    engine.print();
    await engine.lose();
    await engine.pass(3 * SECOND);
    expect(engine.prints('AAPL')).toBe(0);
    await engine.win();
    engine.print();
    await engine.pass(3 * SECOND);
    expect(engine.prints('AAPL')).toBe(2);
    expect(engine.gaps()).toEqual([HEAD]);
    expect(engine.keeper.counters()).toMatchObject({ counted: 2, forgotten: 0 });
    // Nobody else has counted: what is stored was not read again.
    expect(engine.loads()).toBe(1);
  });

  test('has the gap of its feed, and of nothing else', async () => {
    const engine = await begin();
    engine.print();
    engine.hear();
    const lostAt = engine.clock.now();
    await engine.lose();
    await engine.pass(3 * SECOND);
    engine.tap.status({ state: 'connecting' });
    await engine.win();
    await engine.pass(SECOND);
    engine.tap.status({ state: 'live' });
    await engine.pass(2 * SECOND);
    expect(engine.prints('AAPL')).toBe(1);
    expect(engine.gaps()).toEqual([HEAD, [lostAt - LATENCY, lostAt + 4 * SECOND]]);
  });

  test('goes on from what is stored where another replica was the engine in between', async () => {
    const engine = await begin({ origin: 'simulated' });
    const storedUntil = engine.coveredUntil()!;
    engine.print();
    await engine.lose(true);
    await engine.pass(3 * SECOND);
    const back = engine.clock.now();
    await engine.win();
    await engine.pass(2 * SECOND);
    expect(engine.prints('AAPL')).toBe(0);
    expect(engine.gaps()).toEqual([HEAD, [storedUntil, back]]);
  });

  test('leaves no sums in memory after half a minute, and no timer', async () => {
    const engine = await begin({ origin: 'simulated' });
    engine.print();
    await engine.lose();
    await engine.pass(31 * SECOND);
    expect(engine.clock.pending()).toBe(0);
    await engine.win();
    await engine.pass(2 * SECOND);
    expect(engine.prints('AAPL')).toBe(0);
  });
});

test('ticks that wait for the sums are in no gap', async () => {
  const engine = createOffExchangeEngine({ start: NOON });
  engine.failLoads(2);
  const won = engine.win();
  engine.tap.status({ state: 'live' });
  await won;
  engine.print();
  await engine.pass(SECOND);
  await engine.pass(SECOND);
  await engine.pass(SECOND);
  await engine.pass(SECOND);
  expect(engine.prints('AAPL')).toBe(1);
  expect(engine.gaps()).toEqual([HEAD]);
});

test('more changes than one write may have are stored in several, and a print counts once though they were broken off', async () => {
  const engine = await begin();
  const symbols = Array.from({ length: MAX_PIECE_ROWS }, (_, index) => `S${index}`);
  for (const symbol of symbols) engine.print({ symbol });
  const before = engine.commits();
  const coveredUntil = engine.coveredUntil();
  engine.hear();
  engine.failCommitsAfter(1);
  await engine.pass(SECOND);
  const first = symbols.filter((symbol) => engine.prints(symbol) === 1);
  expect(first).toHaveLength(MAX_PIECE_ROWS / 2);
  // Not before all of it is stored.
  expect(engine.coveredUntil()).toBe(coveredUntil);
  engine.setAway(false);
  await engine.pass(SECOND);
  expect(symbols.every((symbol) => engine.prints(symbol) === 1)).toBe(true);
  expect(engine.coveredUntil()).toBeGreaterThan(coveredUntil!);
  expect(engine.commits() - before).toBe(2);
});

describe('how long prints have waited to be stored', () => {
  test('is the time since the oldest that is not stored, and not since the last write', async () => {
    const engine = await begin();
    await engine.pass(60 * SECOND);
    expect(engine.keeper.unsavedMs()).toBe(0);
    // Between two writes.
    await engine.pass(SECOND / 2);
    engine.print();
    expect(engine.keeper.unsavedMs()).toBe(0);
    engine.setAway(true);
    await engine.pass(3 * SECOND);
    engine.print();
    await engine.pass(4 * SECOND);
    expect(engine.keeper.unsavedMs()).toBe(7 * SECOND);
    engine.setAway(false);
    await engine.pass(2 * SECOND);
    expect(engine.keeper.unsavedMs()).toBe(0);
    expect(engine.prints('AAPL')).toBe(2);
  });

  test('goes on where the lease was away in between', async () => {
    const engine = await begin();
    engine.setAway(true);
    engine.print();
    await engine.pass(2 * SECOND);
    await engine.lose();
    await engine.pass(3 * SECOND);
    await engine.win();
    expect(engine.keeper.unsavedMs()).toBe(5 * SECOND);
  });

  test('counts those that wait for the stored sums', async () => {
    const engine = createOffExchangeEngine({ start: NOON });
    engine.failLoads(5);
    await engine.win();
    engine.print();
    await engine.pass(3 * SECOND);
    expect(engine.keeper.unsavedMs()).toBe(3 * SECOND);
    await engine.pass(5 * SECOND);
    expect(engine.keeper.unsavedMs()).toBe(0);
  });
});

describe('sums that the database refuses', () => {
  test('of one symbol hold up no other, and leave a gap of their minute and nothing to store', async () => {
    const engine = await begin();
    const minute = engine.clock.now() - (engine.clock.now() % 60_000);
    engine.refuse('BAD');
    for (const symbol of ['AAPL', 'BAD', 'IBM', 'SPY', 'WMT']) engine.print({ symbol });
    await engine.pass(2 * SECOND);
    expect(['AAPL', 'BAD', 'IBM', 'SPY', 'WMT'].map(engine.prints)).toEqual([1, 0, 1, 1, 1]);
    expect(engine.gaps()).toEqual([HEAD, [minute, minute + 60 * SECOND]]);
    expect(engine.keeper.unsavedMs()).toBe(0);
    engine.print({ symbol: 'AAPL' });
    await engine.pass(2 * SECOND);
    expect(engine.prints('AAPL')).toBe(2);
    expect(engine.coveredUntil()).toBeGreaterThan(minute);
  });

  test('leave that gap also where the engine ends at once', async () => {
    const engine = await begin();
    const minute = engine.clock.now() - (engine.clock.now() % 60_000);
    engine.refuse('BAD');
    engine.print({ symbol: 'BAD' });
    await engine.end();
    expect(engine.gaps()).toEqual([HEAD, [minute, minute + 60 * SECOND]]);
  });

  test('of every symbol wait, and nothing of them is lost', async () => {
    const engine = await begin();
    engine.setBroken(true);
    engine.print();
    await engine.pass(3 * SECOND);
    expect(engine.keeper.unsavedMs()).toBe(3 * SECOND);
    engine.setBroken(false);
    await engine.pass(2 * SECOND);
    expect([engine.prints('AAPL'), engine.gaps()]).toEqual([1, [HEAD]]);
  });
});

describe('where not every symbol is summed', () => {
  const FOLLOWED = { symbols: 'watched', start: NOON } as const;

  test('each is known since it was first followed that day, and an outage is none of its own', async () => {
    const engine = await begin(FOLLOWED);
    const first = engine.clock.now();
    engine.tap.confirmed('WMT', true);
    await engine.pass(10 * SECOND);
    engine.tap.confirmed('AAPL', true);
    await engine.pass(2 * SECOND);
    expect(engine.follows()).toEqual({
      [`WMT ${MONDAY}`]: first,
      [`AAPL ${MONDAY}`]: first + 10 * SECOND,
    });
  });

  test('those that are followed over midnight are whole the next day', async () => {
    const tuesday = newYorkTime('2026-06-16', 0);
    const engine = await begin({ ...FOLLOWED, start: tuesday - 20 * SECOND });
    engine.tap.confirmed('WMT', true);
    engine.tap.confirmed('AAPL', true);
    await engine.pass(SECOND);
    engine.tap.confirmed('AAPL', false);
    await engine.pass(20 * SECOND);
    expect(engine.follows()).toMatchObject({ 'WMT 2026-06-16': tuesday });
    expect(Object.keys(engine.follows())).not.toContain('AAPL 2026-06-16');
  });

  test('what this process follows is stored again where another engine was there in between', async () => {
    const engine = await begin(FOLLOWED);
    const at = engine.clock.now();
    await engine.lose(true);
    engine.tap.status({ state: 'live' });
    engine.tap.confirmed('WMT', true);
    await engine.win();
    await engine.pass(2 * SECOND);
    expect(engine.follows()).toEqual({ [`WMT ${MONDAY}`]: at });
  });
});
