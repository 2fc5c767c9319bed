import { describe, expect, jest, test } from '@jest/globals';
import { silentLog } from '../../../rig/log.ts';
import { createLocalBus } from '../../../src/adapters/local/bus.ts';
import { IDLE_KEPT_MS } from '../../../src/domain/market/engine-books.ts';
import { LINGER_MS, MAX_LINGERING } from '../../../src/domain/market/engine-demand.ts';
import type { FeedSink, FeedStatus, FeedTerms, PriceOrigin } from '../../../src/domain/market/feed.ts';
import type { HaltStore } from '../../../src/domain/market/halts.ts';
import { createMarket } from '../../../src/domain/market/market.ts';
import { createMarketHours, type MarketHoursName } from '../../../src/domain/market/market-hours.ts';
import { createQuoteBoard } from '../../../src/domain/market/quote-board.ts';
import { ENGINE_HEARTBEAT_MS } from '../../../src/domain/market/quote-publisher.ts';
import type { QuotesMessage } from '../../../src/domain/market/quotes-message.ts';
import { STOCK_TOPICS } from '../../../src/domain/market/topics.ts';
import { createUpstreamPlace, LOST_PAUSE_MS } from '../../../src/domain/market/upstream-place.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { dayState, nbbo, trade } from '../../support/ticks.ts';

const FLUSH_MS = 50;

/** The feed stops and starts again. */
const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
};

/** A market on a feed that the test plays. */
async function start({
  origin = 'market' as PriceOrigin,
  hours = 'us-equities' as MarketHoursName,
  halts = null as HaltStore | null,
} = {}) {
  const still = createManualClock('2026-06-15T15:00:00Z');
  let stoodStill = 0;
  const clock = { ...still, now: () => still.now() + stoodStill };
  const bus = createLocalBus(silentLog);
  const wanted: string[][] = [];
  const published: QuotesMessage[] = [];
  let sink: FeedSink | null = null;
  let terms: FeedTerms | undefined;
  const lease: { number: number | null } = { number: 7 };
  const market = createMarket({
    topics: STOCK_TOPICS,
    feed: {
      source: 'massive',
      origin,
      start: (target, given) => {
        sink = target;
        terms = given;
      },
      stop: async () => {
        sink = null;
      },
      setSymbols: (symbols) => wanted.push([...symbols].sort()),
      status: (): FeedStatus => ({ state: 'down' }),
    },
    bus,
    clock,
    hours: createMarketHours(hours),
    log: silentLog,
    replica: 'here',
    flushIntervalMs: FLUSH_MS,
    current: () => lease.number,
    halts,
  });
  bus.subscribe(STOCK_TOPICS.quotes, (message) => published.push(message));
  market.start(7);
  await turns();
  const feed = (): FeedSink => {
    if (!sink) throw new Error('the feed is not running');
    return sink;
  };
  const flow = (symbol: string, price: number): void => {
    feed().confirmed(symbol, true);
    feed().trade(trade({ symbol, price, sourceTime: clock.now() }));
  };
  const want = (replica: string, ...symbols: string[]): void =>
    bus.publish(STOCK_TOPICS.demand, { replica, symbols });
  /** What somebody who heard every message knows. */
  const heard = (symbol: string) =>
    published.flatMap(({ quotes }) => quotes).findLast((quote) => quote.symbol === symbol);
  const states = (): Record<string, string> =>
    Object.fromEntries(published.flatMap(({ quotes }) => quotes.map(({ symbol, state }) => [symbol, state])));
  return {
    market,
    clock,
    bus,
    feed,
    flow,
    want,
    wanted,
    published,
    heard,
    states,
    lease,
    terms: () => terms,
    /** Time passes and no timer runs. */
    stall(ms: number) {
      stoodStill += ms;
    },
    isRunning: () => sink !== null,
  };
}

describe('publishing', () => {
  test('puts all that changed in a tick on the bus as one message with the lease number', async () => {
    const { clock, feed, flow, published } = await start();
    feed().status({ state: 'live' });
    flow('AAPL', 100);
    flow('AAPL', 101);
    flow('MSFT', 400);
    published.length = 0;
    clock.advance(FLUSH_MS);
    expect(published).toHaveLength(1);
    expect(published[0]).toMatchObject({
      lease: 7,
      at: clock.now(),
      quotes: [
        { symbol: 'AAPL', price: 101, volume: 200, state: 'live' },
        { symbol: 'MSFT', price: 400, state: 'live' },
      ],
    });
    clock.advance(FLUSH_MS);
    expect(published).toHaveLength(1);
  });

  test('says that it lives even when nothing happens', async () => {
    const { clock, published } = await start();
    published.length = 0;
    clock.advance(ENGINE_HEARTBEAT_MS + FLUSH_MS);
    expect(published).toMatchObject([{ lease: 7, at: expect.any(Number), quotes: [] }]);
  });

  test('publishes a symbol to whoever newly wants it, changed or not', async () => {
    const { clock, feed, flow, want, published } = await start();
    feed().status({ state: 'live' });
    flow('AAPL', 100);
    clock.advance(FLUSH_MS);
    published.length = 0;
    want('there', 'AAPL');
    clock.advance(FLUSH_MS);
    want('there', 'AAPL');
    clock.advance(FLUSH_MS);
    expect(published.map(({ quotes }) => quotes.map(({ symbol }) => symbol))).toEqual([['AAPL']]);
  });

  test('counts its messages, so that whoever misses one finds out by the next', async () => {
    const { market, clock, lease, published } = await start();
    clock.advance(2 * ENGINE_HEARTBEAT_MS + FLUSH_MS);
    expect(published.map(({ after, seq }) => [after, seq])).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
    ]);
    await market.stop();
    lease.number = 8;
    market.start(8);
    expect(published.at(-1)).toMatchObject({ lease: 8, after: 0, seq: 1 });
  });

  test('tells a replica that missed something every symbol it wants, moved or not, and nobody else’s', async () => {
    const { bus, clock, feed, flow, want, published } = await start();
    feed().status({ state: 'live' });
    want('here', 'MSFT');
    want('there', 'AAPL', 'IBM');
    for (const symbol of ['AAPL', 'IBM', 'MSFT']) flow(symbol, 100);
    clock.advance(FLUSH_MS);
    published.length = 0;
    bus.publish(STOCK_TOPICS.demand, { replica: 'there', symbols: ['AAPL', 'IBM'], resync: true });
    clock.advance(FLUSH_MS);
    expect(published.map(({ quotes }) => quotes.map(({ symbol }) => symbol))).toEqual([['AAPL', 'IBM']]);
  });

  test('says nothing more from the moment its lease is over, before anybody has told it', async () => {
    const { clock, feed, flow, lease, published } = await start();
    feed().status({ state: 'live' });
    clock.advance(FLUSH_MS);
    published.length = 0;
    flow('AAPL', 100);
    lease.number = null;
    clock.advance(10_000);
    expect(published).toEqual([]);
  });

  test('after standing still reads what upstream said meanwhile before it says anything', async () => {
    const { clock, stall, feed, flow, published } = await start();
    feed().status({ state: 'live' });
    clock.advance(FLUSH_MS);
    flow('AAPL', 100);
    published.length = 0;
    stall(3_000);
    clock.advance(FLUSH_MS);
    expect(published).toEqual([]);
    flow('AAPL', 103);
    clock.advance(FLUSH_MS);
    expect(published.map(({ quotes }) => quotes)).toMatchObject([[{ symbol: 'AAPL', price: 103 }]]);
  });

  test('begins again as the engine with nothing of what it knew when it was the engine before', async () => {
    const { market, clock, feed, flow, lease, want, published } = await start();
    feed().status({ state: 'live' });
    flow('AAPL', 100);
    clock.advance(FLUSH_MS);
    await market.stop();
    clock.advance(3_600_000);
    lease.number = 9;
    market.start(9);
    await turns();
    published.length = 0;
    feed().status({ state: 'live' });
    feed().confirmed('AAPL', true);
    want('there', 'AAPL');
    clock.advance(FLUSH_MS);
    expect(published.flatMap(({ quotes }) => quotes)).toEqual([]);
    flow('AAPL', 170);
    clock.advance(FLUSH_MS);
    expect(published.at(-1)?.quotes).toMatchObject([{ symbol: 'AAPL', price: 170, state: 'live' }]);
  });

  test('stops with the lease and goes on with the next one', async () => {
    const { market, clock, lease, published, isRunning } = await start();
    await market.stop();
    expect(isRunning()).toBe(false);
    expect(clock.pending()).toBe(0);
    published.length = 0;
    clock.advance(5_000);
    expect(published).toEqual([]);

    lease.number = 8;
    market.start(8);
    await turns();
    expect(isRunning()).toBe(true);
    expect(published.at(-1)?.lease).toBe(8);
  });
});

describe('demand', () => {
  test('of everybody together is subscribed upstream', async () => {
    const { want, wanted } = await start();
    want('here', 'AAPL', 'MSFT');
    want('there', 'MSFT', 'TSLA');
    expect(wanted.at(-1)).toEqual(['AAPL', 'MSFT', 'TSLA']);
  });

  test('that ended lingers before it is let go, and comes back without a gap', async () => {
    const { clock, want, wanted } = await start();
    want('here', 'AAPL', 'MSFT');
    want('here', 'AAPL');
    clock.advance(LINGER_MS - 1_000);
    expect(wanted.at(-1)).toEqual(['AAPL', 'MSFT']);
    clock.advance(2_000);
    expect(wanted.at(-1)).toEqual(['AAPL']);
    want('here');
    clock.advance(10_000);
    want('here', 'AAPL');
    clock.advance(2 * LINGER_MS);
    expect(wanted.at(-1)).toEqual(['AAPL']);
  });

  test('of another replica ends when that replica falls silent; our own does not', async () => {
    const { clock, want, wanted } = await start();
    want('here', 'AAPL');
    want('there', 'TSLA');
    clock.advance(25_000);
    want('there', 'TSLA');
    clock.advance(25_000);
    expect(wanted.at(-1)).toEqual(['AAPL', 'TSLA']);
    clock.advance(60_000);
    expect(wanted.at(-1)).toEqual(['AAPL']);
  });
});

describe('what nobody wants any more', () => {
  const CONTRACT = 'O:SPY260619C00650000';
  async function watch(...symbols: string[]) {
    const given = await start();
    given.feed().status({ state: 'live' });
    given.want('here', ...symbols);
    for (const symbol of symbols) given.flow(symbol, 10);
    given.clock.advance(FLUSH_MS);
    given.want('here');
    given.clock.advance(LINGER_MS + ENGINE_HEARTBEAT_MS);
    return given;
  }
  /** Whether the engine has a quote of the symbol for a replica that wants it. */
  const isKnown = ({ published, want, clock }: Awaited<ReturnType<typeof start>>, symbol: string) => {
    published.length = 0;
    want('there', symbol);
    clock.advance(FLUSH_MS);
    return published.some(({ quotes }) => quotes.some((quote) => quote.symbol === symbol));
  };

  test('is forgotten where it is a contract, once every replica knows that its quote is stale', async () => {
    const given = await watch('AAPL', CONTRACT);
    const { market, clock, feed, heard } = given;
    for (const symbol of ['AAPL', CONTRACT]) feed().confirmed(symbol, false);
    clock.advance(FLUSH_MS);
    expect(heard(CONTRACT)).toMatchObject({ price: 10, state: 'stale' });
    clock.advance(IDLE_KEPT_MS);
    expect(isKnown(given, CONTRACT)).toBe(false);
    expect(market.candles(CONTRACT)).toEqual([]);
    expect(isKnown(given, 'AAPL')).toBe(true);
    expect(market.candles('AAPL')).toHaveLength(1);
  });

  test('stays as long as upstream sends it: a replay cannot repeat what has passed', async () => {
    const given = await watch(CONTRACT);
    given.clock.advance(2 * IDLE_KEPT_MS);
    expect(isKnown(given, CONTRACT)).toBe(true);
    expect(given.market.candles(CONTRACT)).toHaveLength(1);
  });

  test('is current again when it is wanted again, though upstream had once ceased to send it', async () => {
    const { clock, feed, flow, want, heard } = await watch(CONTRACT);
    feed().confirmed(CONTRACT, false);
    clock.advance(2 * IDLE_KEPT_MS);
    want('here', CONTRACT);
    flow(CONTRACT, 11);
    clock.advance(FLUSH_MS);
    expect(heard(CONTRACT)).toMatchObject({ price: 11, volume: 100, state: 'live' });
  });

  test('does not linger beyond a number: who changes it without end keeps no more subscribed', async () => {
    const { clock, want, wanted } = await start();
    const nameOf = (index: number): string => `O:SPY260619C${String(1_000 + index).padStart(8, '0')}`;
    want('here', ...Array.from({ length: MAX_LINGERING + 1 }, (_, index) => nameOf(index)));
    want('here');
    clock.advance(ENGINE_HEARTBEAT_MS);
    expect(wanted.at(-1)).toHaveLength(MAX_LINGERING);
    expect(wanted.at(-1)).not.toContain(nameOf(0));
  });
});

describe('states', () => {
  test('a symbol is stale until upstream confirms it', async () => {
    const { clock, feed, states } = await start();
    feed().status({ state: 'live' });
    feed().day(dayState({ last: 100, sourceTime: clock.now() }));
    clock.advance(FLUSH_MS);
    expect(states()).toEqual({ AAPL: 'stale' });
    feed().confirmed('AAPL', true);
    clock.advance(FLUSH_MS);
    expect(states()).toEqual({ AAPL: 'live' });
  });

  test.each(['connecting', 'silent', 'down', 'refused', 'ended'] as const)(
    'every symbol is told again as stale when the feed is %s, and as live when it is back',
    async (state) => {
      const { clock, feed, flow, states } = await start();
      feed().status({ state: 'live' });
      flow('AAPL', 100);
      flow('MSFT', 400);
      clock.advance(FLUSH_MS);
      feed().status({ state });
      clock.advance(FLUSH_MS);
      expect(states()).toEqual({ AAPL: 'stale', MSFT: 'stale' });
      feed().status({ state: 'live' });
      clock.advance(FLUSH_MS);
      expect(states()).toEqual({ AAPL: 'live', MSFT: 'live' });
    },
  );

  test('a symbol that upstream had ceased to send is stale until something is heard of it again', async () => {
    const { clock, feed, flow, states } = await start();
    feed().status({ state: 'live' });
    flow('AAPL', 100);
    flow('MSFT', 400);
    clock.advance(FLUSH_MS);
    for (const symbol of ['AAPL', 'MSFT']) feed().confirmed(symbol, false);
    clock.advance(8_000);
    for (const symbol of ['AAPL', 'MSFT']) feed().confirmed(symbol, true);
    clock.advance(FLUSH_MS);
    expect(states()).toEqual({ AAPL: 'stale', MSFT: 'stale' });
    feed().trade(trade({ symbol: 'MSFT', price: 401, sourceTime: clock.now() }));
    clock.advance(FLUSH_MS);
    expect(states()).toEqual({ AAPL: 'stale', MSFT: 'live' });
  });

  test.each<[string, (given: Awaited<ReturnType<typeof start>>) => void]>([
    ['the connection broke', ({ feed }) => feed().status({ state: 'down' })],
    ['upstream fell silent', ({ feed }) => feed().status({ state: 'silent' })],
    ['upstream ceased to send the symbol', ({ feed }) => feed().confirmed('AAPL', false)],
  ])('bid and ask end where %s: later trades move the price alone', async (_, end) => {
    const given = await start();
    const { clock, feed, flow, heard } = given;
    feed().status({ state: 'live' });
    flow('AAPL', 100);
    feed().nbbo(nbbo({ symbol: 'AAPL', bid: 99.9, ask: 100.1, sourceTime: clock.now() }));
    clock.advance(FLUSH_MS);
    expect(heard('AAPL')).toMatchObject({ bid: 99.9, ask: 100.1 });
    end(given);
    clock.advance(FLUSH_MS);
    expect(heard('AAPL')).toMatchObject({ price: 100, state: 'stale' });
    expect(heard('AAPL')).not.toHaveProperty('priceReceivedAt');
    feed().status({ state: 'live' });
    flow('AAPL', 150);
    clock.advance(FLUSH_MS);
    expect(heard('AAPL')).toMatchObject({ price: 150, state: 'live', bid: undefined, ask: undefined });
    expect(heard('AAPL')).not.toHaveProperty('nbboReceivedAt');
    feed().nbbo(nbbo({ symbol: 'AAPL', bid: 149.9, ask: 150.1, sourceTime: clock.now() }));
    clock.advance(FLUSH_MS);
    expect(heard('AAPL')).toMatchObject({ bid: 149.9, ask: 150.1, nbboReceivedAt: expect.any(Number) });
  });

  test('every quote says so where the feed carries neither bid nor ask', async () => {
    const { clock, feed, flow, heard } = await start();
    feed().status({ state: 'live' });
    flow('AAPL', 100);
    clock.advance(FLUSH_MS);
    expect(heard('AAPL')).not.toHaveProperty('lastOnly');
    feed().status({ state: 'live', withoutQuotes: true });
    clock.advance(FLUSH_MS);
    expect(heard('AAPL')).toMatchObject({ price: 100, lastOnly: true });
  });

  test('a feed that carries neither shows those of no snapshot; what comes all the same is shown and traded on', async () => {
    const { clock, feed, flow, heard } = await start();
    feed().status({ state: 'live' });
    flow('AAPL', 100);
    feed().nbbo(nbbo({ symbol: 'AAPL', bid: 1, ask: 2, sourceTime: clock.now() }));
    clock.advance(FLUSH_MS);
    expect(heard('AAPL')).toMatchObject({ bid: 1, ask: 2 });
    feed().status({ state: 'live', withoutQuotes: true });
    feed().day(dayState({ symbol: 'AAPL', sourceTime: clock.now(), bid: 100.4, ask: 100.5 }));
    clock.advance(FLUSH_MS);
    expect(heard('AAPL')).toMatchObject({ price: 100, lastOnly: true });
    expect(heard('AAPL')?.bid).toBeUndefined();
    expect(heard('AAPL')?.ask).toBeUndefined();
    feed().nbbo(nbbo({ symbol: 'AAPL', bid: 99.9, ask: 100.1, sourceTime: clock.now() + 1 }));
    clock.advance(FLUSH_MS);
    expect(heard('AAPL')).toMatchObject({ bid: 99.9, ask: 100.1 });
    expect(heard('AAPL')).not.toHaveProperty('lastOnly');
  });

  test('a quiet symbol stays live while the feed lives', async () => {
    const { clock, feed, flow, want, published, heard } = await start();
    feed().status({ state: 'live' });
    flow('AAPL', 100);
    clock.advance(3_600_000);
    published.length = 0;
    want('there', 'AAPL');
    clock.advance(FLUSH_MS);
    expect(heard('AAPL')?.state).toBe('live');
  });

  test('a delayed feed has delayed quotes', async () => {
    const { clock, feed, flow, states } = await start();
    feed().status({ state: 'delayed' });
    flow('AAPL', 100);
    clock.advance(FLUSH_MS);
    expect(states()).toEqual({ AAPL: 'delayed' });
  });

  test('the end of the day closes every quote', async () => {
    const { clock, feed, flow, states } = await start();
    feed().status({ state: 'live' });
    flow('AAPL', 100);
    clock.advance(5 * 3_600_000 + 2_000);
    expect(states()).toEqual({ AAPL: 'live' });
    clock.advance(4 * 3_600_000);
    expect(states()).toEqual({ AAPL: 'closed' });
  });

  test.each(['simulated', 'replay'] as const)('a %s market says so in every quote', async (origin) => {
    const { clock, feed, flow, states } = await start({ origin, hours: 'always' });
    feed().status({ state: 'live' });
    flow('AAPL', 100);
    clock.advance(FLUSH_MS);
    expect(states()).toEqual({ AAPL: origin });
  });
});

describe('the feed', () => {
  test('fills quotes and candles', async () => {
    const { market, clock, feed, flow, heard } = await start();
    feed().status({ state: 'live' });
    flow('AAPL', 100);
    feed().nbbo(nbbo({ bid: 99, ask: 101, sourceTime: clock.now() }));
    flow('AAPL', 102);
    clock.advance(FLUSH_MS);
    expect(heard('AAPL')).toMatchObject({ price: 102, bid: 99, ask: 101, state: 'live' });
    expect(market.candles('AAPL')).toMatchObject([{ open: 100, close: 102, volume: 200 }]);
  });

  test('counts a repeated trade once in quote and candle', async () => {
    const { market, clock, feed, heard } = await start();
    const once = trade({ price: 100, size: 70, sequence: 5_000_000, sourceTime: clock.now() });
    feed().trade(once);
    feed().trade(once);
    clock.advance(FLUSH_MS);
    expect(heard('AAPL')?.volume).toBe(70);
    expect(market.candles('AAPL')).toMatchObject([{ volume: 70 }]);
  });

  test('that begins again takes its quotes with it', async () => {
    const { market, clock, feed, flow, want, heard } = await start();
    flow('AAPL', 100);
    feed().restarted();
    want('there', 'AAPL');
    clock.advance(FLUSH_MS);
    expect(heard('AAPL')).toBeUndefined();
    expect(market.candles('AAPL')).toEqual([]);
  });

  test('shows in the health and in the counters', async () => {
    const { market, clock, feed, flow } = await start();
    expect(market.health()).toEqual({ source: 'massive', state: 'down', lastTickAgeMs: null });
    feed().status({ state: 'silent', detail: 'Upstream has fallen silent.' });
    flow('AAPL', 100);
    feed().dropped(3);
    clock.advance(2_005);
    expect(market.health()).toEqual({
      source: 'massive',
      state: 'silent',
      lastTickAgeMs: 2_000,
      detail: 'Upstream has fallen silent.',
    });
    expect(market.counters).toEqual({ ticks: 1, dropped: 3 });
  });

  test('that lost its place keeps the lease, shows its prices as old, and asks again after the pause', async () => {
    const { feed, flow, states, terms, clock, isRunning } = await start();
    feed().status({ state: 'live' });
    flow('AAPL', 100);
    clock.advance(FLUSH_MS);
    feed().status({ state: 'refused', lost: true, detail: 'Another service uses this key.' });
    expect(states()).toEqual({ AAPL: 'stale' });
    await turns();
    expect(isRunning()).toBe(true);
    expect(terms()!.notBefore - clock.now()).toBe(LOST_PAUSE_MS);
    expect(terms()!.mayConnect()).toBe(true);
  });

  test('that lost its place to the next engine of the cluster neither tells nor waits', async () => {
    const { market, clock, bus, feed, lease, terms } = await start();
    const told = jest.fn();
    bus.subscribe(STOCK_TOPICS.feedLost, told);
    lease.number = null;
    feed().status({ state: 'refused', lost: true });
    expect(told).not.toHaveBeenCalled();
    await market.stop();
    lease.number = 9;
    market.start(9);
    await turns();
    expect(terms()!.notBefore).toBeLessThanOrEqual(clock.now());
  });

  test('may ask upstream for the place only while the lease is ours', async () => {
    const { lease, terms } = await start();
    expect(terms()!.mayConnect()).toBe(true);
    lease.number = null;
    expect(terms()!.mayConnect()).toBe(false);
  });

  test('that lost its place to somebody outside waits, longer each time, here and on every other replica', async () => {
    const { market, clock, bus, feed, terms } = await start();
    const elsewhere = createUpstreamPlace({ bus, topics: STOCK_TOPICS, clock, replica: 'there' });
    elsewhere.follow();
    market.follow();
    const loseAndStartAgain = async () => {
      feed().status({ state: 'refused', lost: true });
      await turns();
      return terms()!.notBefore - clock.now();
    };
    expect(await loseAndStartAgain()).toBe(LOST_PAUSE_MS);
    expect(elsewhere.notBefore()).toBe(terms()!.notBefore);
    clock.advance(LOST_PAUSE_MS + 10_000);
    // The fight goes on where the last one left off, whichever replica is the engine.
    elsewhere.lost();
    expect(elsewhere.notBefore() - clock.now()).toBe(2 * LOST_PAUSE_MS);
    clock.advance(2 * LOST_PAUSE_MS + 10_000);
    expect(await loseAndStartAgain()).toBe(4 * LOST_PAUSE_MS);
    for (let loss = 0; loss < 5; loss++) {
      clock.advance(60_000);
      expect(await loseAndStartAgain()).toBeLessThanOrEqual(600_000);
    }
    clock.advance(600_000);
    clock.advance(3_600_000);
    expect(await loseAndStartAgain()).toBe(LOST_PAUSE_MS);
  });
});

test('a replica whose clock is wrong keeps the others off upstream no longer than the longest pause', async () => {
  const { bus, clock } = await start();
  const here = createUpstreamPlace({ bus, topics: STOCK_TOPICS, clock, replica: 'here' });
  here.follow();
  bus.publish(STOCK_TOPICS.feedLost, { replica: 'there', notBefore: clock.now() + 86_400_000, losses: 1 });
  expect(here.notBefore() - clock.now()).toBe(600_000);
});

test('what a replica newly wants reaches its board within a tick', async () => {
  const { bus, clock, feed, flow } = await start();
  feed().status({ state: 'live' });
  flow('AAPL', 100);
  clock.advance(60_000);
  const board = createQuoteBoard({ bus, topics: STOCK_TOPICS, clock, isWanted: () => true });
  board.start();
  bus.publish(STOCK_TOPICS.demand, { replica: 'there', symbols: ['AAPL'] });
  clock.advance(FLUSH_MS);
  expect(board.get('AAPL')).toMatchObject({ price: 100, state: 'live' });
});

describe('trading halts', () => {
  /** A store that does not answer until the test says so; what was kept is a list of the changes. */
  function scriptedStore(loaded: ReadonlyMap<string, number>) {
    let isAway = true;
    const kept: [string, number | null][] = [];
    const store: HaltStore = {
      async load() {
        if (isAway) throw new Error('away');
        return loaded;
      },
      async keep(_, halts) {
        if (isAway) throw new Error('away');
        kept.push(...halts);
      },
    };
    return {
      store,
      kept,
      away(away: boolean) {
        isAway = away;
      },
    };
  }

  test('of the engine before are known before the feed begins, however long the database is away', async () => {
    const halts = scriptedStore(new Map([['AAPL', Date.parse('2026-06-12T19:00:00Z')]]));
    const { clock, feed, flow, heard, isRunning } = await start({ halts: halts.store });
    clock.advance(5_000);
    await turns();
    expect(isRunning()).toBe(false);
    halts.away(false);
    clock.advance(1_000);
    await turns();
    feed().status({ state: 'live' });
    feed().day(dayState({ symbol: 'AAPL', sourceTime: clock.now(), last: 100 }));
    feed().nbbo(nbbo({ symbol: 'AAPL', sourceTime: clock.now() }));
    clock.advance(FLUSH_MS);
    expect(heard('AAPL')).toMatchObject({ price: 100, halted: true });
    flow('AAPL', 101);
    clock.advance(FLUSH_MS);
    expect(heard('AAPL')).toMatchObject({ price: 101 });
    expect(heard('AAPL')).not.toHaveProperty('halted');
    await turns();
    expect(halts.kept.at(-1)).toEqual(['AAPL', null]);
  });

  test('that could not be stored are stored as soon as the database is back', async () => {
    const halts = scriptedStore(new Map());
    halts.away(false);
    const { clock, feed } = await start({ halts: halts.store });
    const at = { symbol: 'AAPL', sourceTime: clock.now(), receivedAt: clock.now() };
    halts.away(true);
    feed().halt({ ...at, halted: true });
    await turns();
    clock.advance(1_000);
    await turns();
    expect(halts.kept).toEqual([]);
    halts.away(false);
    clock.advance(1_000);
    await turns();
    expect(halts.kept).toEqual([['AAPL', at.sourceTime]]);
  });
});
