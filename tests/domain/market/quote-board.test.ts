import { describe, expect, jest, test } from '@jest/globals';
import { silentLog } from '../../../rig/log.ts';
import { createLocalBus } from '../../../src/adapters/local/bus.ts';
import { MAX_MESSAGE_AHEAD_MS } from '../../../src/domain/bus/envelope.ts';
import { createDemand, DEMAND_REFRESH_MS } from '../../../src/domain/market/demand.ts';
import { ENGINE_SILENCE_MS } from '../../../src/domain/market/engine-pulse.ts';
import type { Quote } from '../../../src/domain/market/quote.ts';
import { createQuoteBoard, UNWANTED_KEPT_MS } from '../../../src/domain/market/quote-board.ts';
import { MAX_QUOTES_AGE_MS } from '../../../src/domain/market/quotes-message.ts';
import { STOCK_TOPICS } from '../../../src/domain/market/topics.ts';
import { createManualClock } from '../../support/manual-clock.ts';

function start() {
  const clock = createManualClock('2026-06-15T15:00:00Z');
  const bus = createLocalBus(silentLog);
  const missed = jest.fn();
  const wanted = new Set<string>();
  const board = createQuoteBoard({
    bus,
    topics: STOCK_TOPICS,
    clock,
    isWanted: (symbol) => wanted.has(symbol),
    onMissed: missed,
    newestLease: () => 3,
  });
  const heard: Quote[][] = [];
  board.onChange((quotes) => heard.push([...quotes]));
  board.start();
  const quote = (symbol: string, price: number): Quote => ({
    symbol,
    price,
    volume: 100,
    sourceTime: clock.now(),
    receivedAt: clock.now(),
    state: 'live',
  });
  const said = new Map<number, number>();
  /** As the engine of that lease would, one message after the other. */
  const say = (quotes: Quote[], lease = 1, at = clock.now()): void => {
    const after = said.get(lease) ?? 0;
    said.set(lease, after + 1);
    bus.publish(STOCK_TOPICS.quotes, { lease, after, seq: after + 1, at, quotes });
  };
  /** Said, and heard by nobody. */
  const lose = (count = 1, lease = 1): void => void said.set(lease, (said.get(lease) ?? 0) + count);
  const states = (...symbols: string[]) => symbols.map((symbol) => board.get(symbol)?.state);
  return { clock, bus, board, heard, missed, wanted, quote, say, lose, states };
}

describe('the quote board', () => {
  test('keeps the latest of each symbol and tells who listens', () => {
    const { board, heard, quote, say } = start();
    say([quote('AAPL', 100), quote('MSFT', 400)]);
    say([quote('AAPL', 101)]);
    expect(board.get('AAPL')?.price).toBe(101);
    expect(board.get('MSFT')?.price).toBe(400);
    expect(board.get('TSLA')).toBeUndefined();
    expect(heard.map((quotes) => quotes.length)).toEqual([2, 1]);
  });

  test('forgets a contract that nobody here wants some minutes after its last quote, and no stock', () => {
    const { clock, board, wanted, quote, say } = start();
    const [watched, other] = ['O:SPY260619C00650000', 'O:SPY260619P00650000'];
    wanted.add(watched);
    say([quote('AAPL', 100), quote(watched, 10), quote(other, 11)]);
    clock.advance(UNWANTED_KEPT_MS);
    expect(board.get(other)?.price).toBe(11);
    clock.advance(60_000);
    expect(board.get(other)).toBeUndefined();
    expect([board.get('AAPL')?.price, board.get(watched)?.price]).toEqual([100, 10]);
  });

  test('drops what the holder of an older lease still says', () => {
    const { board, quote, say } = start();
    say([quote('AAPL', 100)], 5);
    say([quote('AAPL', 1)], 4);
    expect(board.get('AAPL')?.price).toBe(100);
    expect(board.drops).toEqual({ lease: 1, late: 0 });
  });

  test('hears the engine again after six seconds, whatever number a message that was none of its own had', () => {
    const { clock, bus, board, quote } = start();
    const publish = (lease: number, seq: number, price: number): void =>
      bus.publish(STOCK_TOPICS.quotes, {
        lease,
        after: seq - 1,
        seq,
        at: clock.now(),
        quotes: [quote('AAPL', price)],
      });
    publish(3, 1, 100);
    publish(3, 1e15, 666);
    publish(3, 2, 101);
    expect(board.get('AAPL')?.price).toBe(666);
    clock.advance(ENGINE_SILENCE_MS + 1_000);
    publish(3, 3, 102);
    expect(board.get('AAPL')).toMatchObject({ price: 102, state: 'live' });
    publish(1e6, 1, 666);
    clock.advance(ENGINE_SILENCE_MS + 1_000);
    publish(3, 4, 103);
    expect(board.get('AAPL')).toMatchObject({ price: 103, state: 'live' });
    publish(2, 99, 1);
    expect(board.get('AAPL')?.price).toBe(103);
  });

  test('drops a message that was under way for more than two seconds', () => {
    const { clock, board, quote, say } = start();
    say([quote('AAPL', 1)], 1, clock.now() - MAX_QUOTES_AGE_MS - 1);
    expect(board.get('AAPL')).toBeUndefined();
    expect(board.drops).toEqual({ lease: 0, late: 1 });
  });

  test('drops a message from further in the future than clocks are apart', () => {
    const { clock, board, quote, say } = start();
    say([quote('AAPL', 1)], 1, clock.now() + MAX_MESSAGE_AHEAD_MS + 1);
    expect(board.get('AAPL')).toBeUndefined();
    expect(board.drops).toEqual({ lease: 0, late: 1 });
    say([quote('AAPL', 2)], 1, clock.now() + MAX_MESSAGE_AHEAD_MS);
    expect(board.get('AAPL')?.price).toBe(2);
  });

  test('takes the old quote of a quiet symbol from a fresh message', () => {
    const { clock, board, quote, say } = start();
    const quiet = quote('UGA', 30);
    clock.advance(120_000);
    say([quiet]);
    expect(board.get('UGA')?.price).toBe(30);
  });

  test('calls every quote stale when the engine falls silent, once, and live when it speaks again', () => {
    const { clock, board, heard, quote, say } = start();
    say([quote('AAPL', 100), quote('MSFT', 400)]);
    clock.advance(ENGINE_SILENCE_MS - 1_000);
    expect(board.get('AAPL')?.state).toBe('live');
    clock.advance(1_000);
    expect(heard.at(-1)?.map(({ symbol, state }) => [symbol, state])).toEqual([
      ['AAPL', 'stale'],
      ['MSFT', 'stale'],
    ]);
    clock.advance(60_000);
    expect(heard).toHaveLength(2);
    say([quote('AAPL', 100)]);
    expect(board.get('AAPL')?.state).toBe('live');
  });

  test('does not call a quote live that is too old in this moment, before any timer has said so', () => {
    let stoodStill = 0;
    const clock = createManualClock('2026-06-15T15:00:00Z');
    const bus = createLocalBus(silentLog);
    const board = createQuoteBoard({
      bus,
      topics: STOCK_TOPICS,
      clock: { ...clock, now: () => clock.now() + stoodStill },
      isWanted: () => true,
    });
    board.start();
    const quote = {
      symbol: 'AAPL',
      price: 100,
      volume: 1,
      sourceTime: 0,
      receivedAt: 0,
      state: 'live',
    } as const;
    bus.publish(STOCK_TOPICS.quotes, { lease: 1, after: 0, seq: 1, at: clock.now(), quotes: [quote] });
    expect(board.get('AAPL')?.state).toBe('live');
    stoodStill = ENGINE_SILENCE_MS;
    expect(board.get('AAPL')).toEqual({ ...quote, state: 'stale' });
  });

  test('after an absence calls nothing live until the engine tells it again', () => {
    const { clock, board, heard, quote, say, states } = start();
    say([quote('AAPL', 100), quote('MSFT', 400)]);
    board.distrust();
    expect(heard.at(-1)?.map(({ symbol, state }) => [symbol, state])).toEqual([
      ['AAPL', 'stale'],
      ['MSFT', 'stale'],
    ]);
    clock.advance(100);
    say([quote('AAPL', 100)]);
    expect(states('AAPL', 'MSFT')).toEqual(['live', 'stale']);
  });

  test('asks for everything again when a message is missing, however many are', () => {
    const { quote, say, lose, missed } = start();
    say([]);
    say([]);
    expect(missed).not.toHaveBeenCalled();
    lose();
    say([]);
    expect(missed).toHaveBeenCalledTimes(1);
    lose(40);
    say([quote('AAPL', 100)]);
    expect(missed).toHaveBeenCalledTimes(2);
    say([]);
    expect(missed).toHaveBeenCalledTimes(2);
  });

  test('finds out too that it missed one that came late, what was said in a silence, and all before it joined', () => {
    const { clock, quote, say, lose, missed } = start();
    say([quote('AAPL', 1)], 1, clock.now() - MAX_QUOTES_AGE_MS - 1);
    say([]);
    expect(missed).toHaveBeenCalledTimes(1);
    clock.advance(ENGINE_SILENCE_MS);
    say([]);
    expect(missed).toHaveBeenCalledTimes(2);
    lose(100, 2);
    say([], 2);
    expect(missed).toHaveBeenCalledTimes(3);
    say([], 3);
    expect(missed).toHaveBeenCalledTimes(3);
  });

  test('takes several messages that were put into one for what they are, and none twice', () => {
    const { clock, bus, board, quote, say, missed } = start();
    say([quote('AAPL', 100)]);
    const at = clock.now();
    bus.publish(STOCK_TOPICS.quotes, { lease: 1, after: 1, seq: 9, at, quotes: [quote('AAPL', 109)] });
    bus.publish(STOCK_TOPICS.quotes, { lease: 1, after: 7, seq: 8, at, quotes: [quote('AAPL', 108)] });
    expect(board.get('AAPL')?.price).toBe(109);
    bus.publish(STOCK_TOPICS.quotes, { lease: 1, after: 5, seq: 10, at, quotes: [quote('AAPL', 110)] });
    expect(board.get('AAPL')?.price).toBe(110);
    expect(missed).not.toHaveBeenCalled();
  });

  test('shows what only the engine before has told for as long as if it had fallen silent', () => {
    const { clock, board, quote, say, states } = start();
    say([quote('AAPL', 100), quote('UGA', 30)], 1);
    clock.advance(4_000);
    const speak = (ms: number): void => {
      for (let passed = 0; passed < ms; passed += 1_000) {
        say([quote('AAPL', 101)], 2);
        clock.advance(1_000);
      }
    };
    speak(1_000);
    expect(states('AAPL', 'UGA')).toEqual(['live', 'live']);
    speak(1_000);
    expect(states('AAPL', 'UGA')).toEqual(['live', 'stale']);
    expect(board.get('UGA')?.price).toBe(30);
    say([quote('UGA', 31)], 2);
    clock.advance(1_000);
    expect(states('UGA')).toEqual(['live']);
  });

  test('hears nothing more once it is stopped and leaves no timer', () => {
    const { clock, board, quote, say } = start();
    board.stop();
    say([quote('AAPL', 100)]);
    expect(board.get('AAPL')).toBeUndefined();
    expect(clock.pending()).toBe(0);
  });
});

describe('the demand of a replica', () => {
  test('asks for everything again at most once a second, and once more with the next refresh', () => {
    const { clock, bus } = start();
    const resyncs: (boolean | undefined)[] = [];
    bus.subscribe(STOCK_TOPICS.demand, ({ resync }) => resyncs.push(resync));
    const demand = createDemand({ bus, topics: STOCK_TOPICS, clock, replica: 'here' });
    demand.start();
    demand.set('watchers', ['AAPL']);
    for (let miss = 0; miss < 10; miss++) demand.resync();
    expect(resyncs).toEqual([undefined, true]);
    clock.advance(1_000);
    expect(resyncs).toEqual([undefined, true, true]);
    clock.advance(2 * DEMAND_REFRESH_MS);
    expect(resyncs).toEqual([undefined, true, true, true, undefined]);
    demand.stop();
    // The two of the board.
    expect(clock.pending()).toBe(2);
  });

  test('is told when it changes, repeated, and told at once to a new engine', () => {
    const { clock, bus, say } = start();
    const told: string[][] = [];
    bus.subscribe(STOCK_TOPICS.demand, ({ symbols }) => told.push([...symbols].sort()));
    const demand = createDemand({ bus, topics: STOCK_TOPICS, clock, replica: 'here' });
    demand.start();
    demand.set('watchers', ['AAPL', 'MSFT']);
    demand.set('watchers', ['MSFT', 'AAPL']);
    demand.set('holdings', ['AAPL']);
    demand.set('holdings', ['IBM']);
    expect(told).toEqual([
      ['AAPL', 'MSFT'],
      ['AAPL', 'IBM', 'MSFT'],
    ]);
    clock.advance(DEMAND_REFRESH_MS);
    expect(told).toHaveLength(3);
    say([], 9);
    say([], 9);
    expect(told).toHaveLength(4);
    demand.stop();
    clock.advance(60_000);
    expect(told).toHaveLength(4);
  });

  test('of a part expires with its time and not before, and the other parts stay', () => {
    const { clock, bus } = start();
    const published: string[][] = [];
    bus.subscribe(STOCK_TOPICS.demand, ({ symbols }) => published.push([...symbols].sort()));
    const demand = createDemand({ bus, topics: STOCK_TOPICS, clock, replica: 'here' });
    demand.start();
    demand.set('watchers', ['IBM']);
    demand.set('polled', ['AAPL'], 2 * DEMAND_REFRESH_MS);
    clock.advance(DEMAND_REFRESH_MS);
    expect(published.at(-1)).toEqual(['AAPL', 'IBM']);
    demand.set('polled', ['AAPL'], 2 * DEMAND_REFRESH_MS);
    clock.advance(DEMAND_REFRESH_MS);
    expect(published.at(-1)).toEqual(['AAPL', 'IBM']);
    clock.advance(DEMAND_REFRESH_MS);
    expect(published.at(-1)).toEqual(['IBM']);
    demand.stop();
  });
});

describe('at midnight in New York', () => {
  test('quotes begin the day without a change although the engine is silent, once', () => {
    const { board, clock, heard, quote, say } = start();
    const day = { day: '2026-06-15', previousClose: 90, open: 95, high: 120, low: 94 };
    say([{ ...quote('AAPL', 100), ...day }, quote('REPLAYED', 7)]);
    const toMidnight = Date.parse('2026-06-16T04:00:00Z') - clock.now();
    clock.advance(toMidnight - 1_000);
    heard.length = 0;
    clock.advance(1_000);
    expect(heard).toHaveLength(1);
    expect(heard[0]).toMatchObject([{ symbol: 'AAPL', day: '2026-06-16', previousClose: 100, volume: 0 }]);
    expect(heard[0]![0]).not.toHaveProperty('high');
    clock.advance(5_000);
    expect(heard).toHaveLength(1);
    expect(board.get('AAPL')).toMatchObject({ day: '2026-06-16', state: 'stale' });
  });

  test('an engine whose clock is behind brings no numbers of the day before back', () => {
    const { clock, heard, quote, say } = start();
    clock.advance(Date.parse('2026-06-16T04:00:00Z') - clock.now());
    say([{ ...quote('AAPL', 100), day: '2026-06-15', previousClose: 90, volume: 5_000 }]);
    expect(heard.at(-1)).toMatchObject([{ day: '2026-06-16', previousClose: 100, volume: 0 }]);
  });
});
