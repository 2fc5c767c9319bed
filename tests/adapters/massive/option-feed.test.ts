import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createTestClock } from '../../../rig/clock.ts';
import { silentLog } from '../../../rig/log.ts';
import type { RestAnswer } from '../../../rig/stand-ins/massive/account.ts';
import { type MassiveStandIn, startMassiveStandIn } from '../../../rig/stand-ins/massive/stand-in.ts';
import { MAX_QUOTED_CONTRACTS } from '../../../src/adapters/massive/clusters.ts';
import { createMassiveFeed, createMassiveOptionFeed } from '../../../src/adapters/massive/feed.ts';
import { createReplayFeed, createReplayOptionFeed } from '../../../src/adapters/replay/feed.ts';
import { createMarketHours } from '../../../src/domain/market/market-hours.ts';
import { createQuoteBook } from '../../../src/domain/market/quote-book.ts';
import { ADDS_VOLUME, REGULAR_SALE } from '../../../src/domain/market/trade-effects.ts';
import { createRequestPace } from '../../../src/lib/request-pace.ts';
import { newYorkDay } from '../../../src/protocol/new-york.ts';
import { createCollectingSink } from '../../support/collecting-sink.ts';
import { earlierToday, TRADING_NOON } from '../../support/earlier-today.ts';

const KEY = 'a-secret-key-of-nobody';
const CALL = 'O:SPY281215C00600000';
const PUT = 'O:SPY281215P00600000';
const ADJUSTED = 'O:AAPL1281215C00150000';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Both feeds against one stand-in, as the engine runs them. */
async function start({
  contracts = [CALL, PUT] as readonly string[],
  rest = (_url: URL): RestAnswer => ({ body: { status: 'OK' } }),
  recordFile = null as string | null,
  prepare = (_upstream: MassiveStandIn) => {},
} = {}) {
  const upstream = await startMassiveStandIn(KEY);
  upstream.behaviour.rest = rest;
  prepare(upstream);
  const clock = createTestClock(TRADING_NOON);
  const options = {
    apiKey: KEY,
    restUrl: upstream.restUrl,
    pace: createRequestPace({ clock, perSecond: 1_000 }),
    clock,
    log: silentLog,
    hours: createMarketHours('always'),
    recordFile,
  };
  const stocks = createMassiveFeed({ ...options, wsUrl: upstream.wsUrl });
  const feed = createMassiveOptionFeed({ ...options, wsUrl: upstream.options.wsUrl });
  const [stockSink, sink] = [createCollectingSink(), createCollectingSink()];
  cleanups.push(
    () => upstream.close(),
    () => Promise.all([stocks.stop(), feed.stop()]),
  );
  stocks.setSymbols(new Set(['AAPL']));
  feed.setSymbols(new Set(contracts));
  stocks.start(stockSink);
  feed.start(sink);
  await stockSink.until(({ flowing }) => flowing.has('AAPL'));
  const flows = (...wanted: readonly string[]): Promise<void> =>
    sink.until(({ flowing }) => wanted.every((symbol) => flowing.has(symbol)));
  await flows(...contracts);
  const latest = () => upstream.options.connections.at(-1)!;
  return { upstream, clock, stocks, feed, stockSink, sink, flows, latest };
}

const stateOf = (sink: ReturnType<typeof createCollectingSink>) => sink.statuses.at(-1)?.state;

/** A socket that signs in with our key: upstream gives it our place. */
async function takePlace(upstream: MassiveStandIn, wsUrl: string, logins: readonly unknown[]) {
  const before = logins.length;
  const outsider = new WebSocket(wsUrl);
  cleanups.push(() => outsider.close());
  outsider.addEventListener('open', () => outsider.send(JSON.stringify({ action: 'auth', params: KEY })));
  await upstream.until(() => logins.length > before);
}

describe('contracts', () => {
  test('are subscribed on a connection of their own: trades, quotes and second bars, one channel a message', async () => {
    const { upstream, latest, sink } = await start();
    await sink.until(() => stateOf(sink) === 'live');
    expect(latest().said).toEqual([
      { action: 'auth', params: KEY },
      { action: 'subscribe', params: `T.${CALL},T.${PUT}` },
      { action: 'subscribe', params: `Q.${CALL},Q.${PUT}` },
      { action: 'subscribe', params: `A.${CALL},A.${PUT}` },
    ]);
    expect([...upstream.connections.at(-1)!.topics].filter((topic) => topic.includes('O:'))).toEqual([]);
  });

  test('come as ticks from frames of mixed events, adjusted ones too; stocks on this socket are dropped', async () => {
    const { latest, sink, clock } = await start({ contracts: [CALL, ADJUSTED] });
    const t = clock.now();
    latest().send([
      { ev: 'Q', sym: CALL, bx: 302, ax: 302, bp: 9.71, ap: 9.81, bs: 17, as: 24, t, q: 844090872 },
      {
        ev: 'A',
        sym: ADJUSTED,
        v: 2,
        av: 40,
        op: 4,
        vw: 5.2,
        o: 5.2,
        h: 5.25,
        l: 5.2,
        c: 5.25,
        a: 5,
        z: 1,
        s: t - 1_000,
        e: t,
      },
      { ev: 'T', sym: CALL, x: 312, p: 9.75, s: 3, c: [233], t, q: 651921857 },
      { ev: 'T', sym: 'AAPL', x: 4, p: 297, s: 40, t, q: 1, i: '7' },
    ]);
    await sink.until(({ counts }) => counts.dropped === 1);
    expect(sink.quotes[0]).toMatchObject({ symbol: CALL, bid: 9.71, ask: 9.81, bidSize: 17, askSize: 24 });
    expect(sink.bars[0]).toMatchObject({ symbol: ADJUSTED, open: 5.2, close: 5.25, dayVolume: 40 });
    expect(sink.trades).toMatchObject([{ symbol: CALL, price: 9.75, size: 3, effects: REGULAR_SALE }]);
  });

  test('count a trade once by its sequence number: contracts have no trade ids', async () => {
    const { latest, sink, clock } = await start();
    const trade = { ev: 'T', sym: CALL, x: 312, p: 9.75, s: 3, c: [209], t: clock.now(), q: 7 };
    latest().send([trade, trade, { ...trade, sym: PUT }, { ...trade, q: 8 }]);
    await sink.until(({ trades }) => trades.length === 4);
    const book = createQuoteBook();
    expect(sink.trades.map(book.trade)).toEqual([true, false, true, true]);
    const volumes = book.takeChanged(() => 'live').map(({ symbol, volume }) => [symbol, volume]);
    expect(volumes).toEqual([
      [CALL, 6],
      [PUT, 3],
    ]);
  });

  test.each([
    ['a cancelled trade', 201, 0],
    ['a trade late and out of sequence', 202, ADDS_VOLUME],
    ['an automatic execution', 209, REGULAR_SALE],
    ['one leg of several against a single one', 236, REGULAR_SALE],
    ['a condition that nobody listed', 999, ADDS_VOLUME],
  ])('of %s take only what it may move', async (_name, condition, effects) => {
    const { latest, sink, clock } = await start();
    latest().send([{ ev: 'T', sym: CALL, x: 312, p: 9.75, s: 3, c: [condition], t: clock.now(), q: 7 }]);
    await sink.until(({ trades }) => trades.length === 1);
    expect(sink.trades[0]!.effects).toBe(effects);
  });

  test('that upstream confirms and never sends stay quiet without harm', async () => {
    const started = await start({ contracts: [CALL, 'O:NOSUCH281215C00001000'] });
    const { latest, sink, clock } = started;
    latest().send([{ ev: 'T', sym: CALL, x: 312, p: 9.75, s: 3, t: clock.now(), q: 7 }]);
    await sink.until(({ trades }) => trades.length === 1);
    // A quiet chain is no dead feed: no contract trades every second.
    await pass(started, 40);
    expect(stateOf(sink)).toBe('live');
  });
});

describe('beyond the thousand contracts that may have quotes', () => {
  const contractAt = (i: number): string => `O:SPY281215C${String((i + 1) * 1_000).padStart(8, '0')}`;
  const many = Array.from({ length: MAX_QUOTED_CONTRACTS + 2 }, (_, i) => contractAt(i));
  const quoted = (topics: ReadonlySet<string>) => [...topics].filter((topic) => topic.startsWith('Q.'));

  test('those wanted longest ago lose bid and ask and keep trades and bars, and the status says so', async () => {
    const full = many.slice(0, MAX_QUOTED_CONTRACTS);
    const { feed, flows, latest, sink, clock, upstream } = await start({ contracts: full });
    const oldest = many[0]!;
    latest().send([{ ev: 'Q', sym: oldest, bp: 1, ap: 2, bs: 1, as: 1, t: clock.now(), q: 1 }]);
    await sink.until(({ quotes }) => quotes.length === 1);
    expect(sink.statuses.at(-1)).toEqual({ state: 'live' });

    feed.setSymbols(new Set(many));
    await flows(...many);
    await upstream.until(() => latest().topics.has(`Q.${many.at(-1)}`));
    expect(quoted(latest().topics)).toHaveLength(MAX_QUOTED_CONTRACTS);
    expect(['T', 'Q', 'A'].map((channel) => latest().topics.has(`${channel}.${oldest}`))).toEqual([
      true,
      false,
      true,
    ]);
    expect(sink.quotes.at(-2)).toMatchObject({ symbol: oldest, bid: undefined, ask: undefined });
    expect(sink.statuses.at(-1)).toEqual({
      state: 'live',
      detail: 'Upstream allows quotes of 1000 contracts: 2 more have neither bid nor ask.',
    });
    const book = createQuoteBook();
    book.trade({ ...BOOK_TRADE, symbol: oldest, sourceTime: clock.now() });
    for (const tick of sink.quotes) book.nbbo(tick);
    const [quote] = book.takeChanged(() => 'live');
    expect([quote!.bid, quote!.ask, quote!.price]).toEqual([undefined, undefined, 9.75]);

    feed.setSymbols(new Set(full));
    await upstream.until(() => latest().topics.has(`Q.${oldest}`));
    expect(sink.statuses.at(-1)).toEqual({ state: 'live' });
  });

  test('those that somebody wants again have quotes, although all of them were wanted before', async () => {
    const { feed, latest, upstream } = await start({ contracts: many });
    const [again, ...others] = many;
    expect(latest().topics.has(`Q.${again}`)).toBe(false);
    feed.setSymbols(new Set([...others, again!]));
    await upstream.until(() => latest().topics.has(`Q.${again}`));
    expect(quoted(latest().topics)).toHaveLength(MAX_QUOTED_CONTRACTS);
    const said = latest().said.length;
    feed.setSymbols(new Set([...others, again!]));
    expect(latest().said).toHaveLength(said);
  });

  test('upstream is never asked for more, also on a new connection', async () => {
    const { latest, sink, upstream, clock, flows } = await start({ contracts: many });
    const first = latest();
    latest().drop();
    await sink.until(() => stateOf(sink) === 'down');
    clock.advance(1_000);
    await upstream.until(() => latest() !== first);
    await flows(...many);
    for (const { said } of upstream.options.connections) {
      const asked = said.filter(({ action, params }) => action === 'subscribe' && params.startsWith('Q.'));
      expect(asked.flatMap(({ params }) => params.split(','))).toHaveLength(MAX_QUOTED_CONTRACTS);
    }
  });
});

const BOOK_TRADE = {
  receivedAt: 1,
  price: 9.75,
  size: 1,
  decimalSize: '',
  participantTime: 0,
  exchange: 312,
  trf: 0,
  tradeId: '',
  sequence: 1,
  effects: REGULAR_SALE,
};

describe('the two connections', () => {
  test('fail alone: a dropped one comes back while the other goes on', async () => {
    const { upstream, sink, stockSink, clock, latest } = await start();
    latest().drop();
    await sink.until(() => stateOf(sink) === 'down');
    expect(stateOf(stockSink)).toBe('live');
    clock.advance(1_000);
    await sink.until(() => stateOf(sink) === 'live');
    upstream.connections.at(-1)!.drop();
    await stockSink.until(() => stateOf(stockSink) === 'down');
    expect(stateOf(sink)).toBe('live');
    expect([upstream.connections.length, upstream.options.connections.length]).toEqual([1, 2]);
  });

  test('have a place each: one that loses it leaves the other its own', async () => {
    const { upstream, sink, stockSink } = await start();
    await takePlace(upstream, upstream.options.wsUrl, upstream.options.logins);
    await sink.until(() => stateOf(sink) === 'refused');
    expect(sink.statuses.at(-1)).toMatchObject({ lost: true });
    expect([stateOf(stockSink), upstream.connections.at(-1)!.isOpen()]).toEqual(['live', true]);
  });

  test('are refused alone: a plan without options has its stocks', async () => {
    const { upstream, sink, stockSink, clock } = await start({ contracts: [] });
    upstream.options.connections
      .at(-1)!
      .send([
        { ev: 'status', status: 'auth_failed', message: "Your plan doesn't include websocket access." },
      ]);
    await sink.until(() => stateOf(sink) === 'refused');
    clock.advance(60_000);
    expect(stateOf(stockSink)).not.toBe('refused');
    expect(upstream.options.connections).toHaveLength(1);
  });

  test('say which address is to be set where the plan has delayed data only', async () => {
    const { sink } = await start({
      contracts: [],
      prepare: ({ options }) => {
        options.behaviour.plan = { delayedOnly: true };
      },
    }).then(async (started) => {
      started.feed.setSymbols(new Set([CALL]));
      return started;
    });
    await sink.until(() => stateOf(sink) === 'refused');
    expect(sink.statuses.at(-1)!.detail).toContain('MASSIVE_OPTIONS_WS_URL');
  });
});

describe('what REST adds to contracts', () => {
  const NS = 1e6;
  const row = (ticker: string, fields: object = {}) => ({
    details: { ticker, contract_type: 'call', shares_per_contract: 100 },
    day: {
      open: 4,
      high: 6,
      low: 3,
      close: 5,
      previous_close: 4.5,
      volume: 120,
      last_updated: earlierToday(5_000) * NS,
    },
    greeks: { delta: 0.5, gamma: 0.01, theta: -0.02, vega: 0.7 },
    implied_volatility: 0.3,
    open_interest: 8_921,
    last_quote: { bid: 4.9, bid_size: 10, ask: 5.1, ask_size: 12, last_updated: earlierToday(1_000) * NS },
    ...fields,
  });
  const isReference = ({ pathname }: URL) => pathname.startsWith('/v3/reference/options/contracts/');
  const answers =
    (rows: () => readonly object[], underlying = 'SPY') =>
    (url: URL): RestAnswer =>
      isReference(url)
        ? { body: { status: 'OK', results: { underlying_ticker: underlying } } }
        : { body: { status: 'OK', results: rows() } };

  test('are open interest, previous close, the day and the vendor greeks; bid and ask by their own time', async () => {
    const { sink, upstream } = await start({ rest: answers(() => [row(CALL), row('O:SPY281215C00601000')]) });
    await sink.until(({ days }) => days.length === 1);
    expect(sink.days[0]).toMatchObject({
      symbol: CALL,
      previousClose: 4.5,
      open: 4,
      high: 6,
      low: 3,
      last: 5,
      volume: 120,
      openInterest: 8_921,
      greeks: { impliedVolatility: 0.3, delta: 0.5, gamma: 0.01, theta: -0.02, vega: 0.7 },
    });
    expect(sink.quotes[0]).toMatchObject({ symbol: CALL, bid: 4.9, ask: 5.1, bidSize: 10, askSize: 12 });
    expect(sink.quotes[0]!.sourceTime).toBeGreaterThan(sink.days[0]!.sourceTime);
    const chain = upstream.asked.find(({ url }) => url.pathname === '/v3/snapshot/options/SPY')!;
    expect(Object.fromEntries(chain.url.searchParams)).toEqual({
      expiration_date: '2028-12-15',
      'strike_price.gte': '600',
      'strike_price.lte': '600',
      limit: '250',
    });
  });

  test('come again each minute for those that still flow, by the name of the underlying, asked for once', async () => {
    let interest = 1;
    const started = await start({
      contracts: [ADJUSTED],
      rest: answers(() => [row(ADJUSTED, { open_interest: interest })], 'AAPL'),
    });
    const { sink, upstream, feed } = started;
    await sink.until(({ days }) => days.at(-1)?.openInterest === 1);
    interest = 2;
    await pass(started, 60);
    await sink.until(({ days }) => days.at(-1)?.openInterest === 2);
    expect(upstream.options.connections).toHaveLength(1);
    expect(upstream.asked.filter(({ url }) => isReference(url))).toHaveLength(1);
    feed.setSymbols(new Set());
    await sink.until(({ flowing }) => flowing.size === 0);
    const asked = upstream.asked.length;
    await pass(started, 60);
    expect(upstream.asked.slice(asked).filter(({ url }) => url.pathname.includes('options'))).toEqual([]);
  });

  test('of a contract that did not trade today is its last close as the previous one, with the bid and ask of then', async () => {
    const yesterday = (newYorkDay(TRADING_NOON).start - 60_000) * NS;
    const { sink } = await start({
      rest: answers(() => [
        row(CALL, {
          day: { close: 5, previous_close: 4, volume: 9, last_updated: yesterday },
          last_quote: { bid: 4.9, ask: 5.1, last_updated: yesterday },
        }),
      ]),
    });
    await sink.until(({ quotes }) => quotes.length === 1);
    expect(sink.days[0]).toMatchObject({ previousClose: 5, last: undefined, volume: undefined });
    const book = createQuoteBook();
    book.day(sink.days[0]!);
    book.nbbo(sink.quotes[0]!);
    expect(book.takeChanged(() => 'live')).toMatchObject([
      { price: 5, previousClose: 5, volume: 0, openInterest: 8_921, bid: 4.9, ask: 5.1 },
    ]);
  });

  test('without quotes in the plan, without greeks and with an empty day is still open interest', async () => {
    const bare = { day: {}, greeks: undefined, implied_volatility: undefined, last_quote: undefined };
    const { sink } = await start({ rest: answers(() => [row(CALL, bare)]) });
    await sink.until(({ days }) => days.length === 1);
    expect(sink.days[0]).toMatchObject({ openInterest: 8_921, last: undefined, previousClose: undefined });
    expect(Object.values(sink.days[0]!.greeks!).every((value) => value === undefined)).toBe(true);
    expect(sink.quotes).toEqual([]);
  });

  test('is asked for no more where the plan does not include it, and the stream goes on', async () => {
    const started = await start({
      rest: (url) =>
        url.pathname.includes('options') ? { status: 403, body: { status: 'NOT_AUTHORIZED' } } : { body: {} },
    });
    const { sink, upstream, clock, latest } = started;
    const ofOptions = () => upstream.asked.filter(({ url }) => url.pathname.includes('options')).length;
    await upstream.until(() => ofOptions() === 1);
    await roundTrip();
    await pass(started, 60);
    latest().send([{ ev: 'T', sym: CALL, x: 312, p: 9.75, s: 3, t: clock.now(), q: 7 }]);
    await sink.until(({ trades }) => trades.length === 1);
    expect(ofOptions()).toBe(1);
  });
});

test('what both connections deliver is one recording, of which each feed plays its own', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'record-'));
  cleanups.push(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'recorded.ndjson');
  const { upstream, latest, stocks, feed, sink, stockSink, clock } = await start({
    recordFile: file,
    rest: ({ pathname }) =>
      pathname.startsWith('/v3/snapshot/options/')
        ? {
            body: {
              status: 'OK',
              results: [{ details: { ticker: CALL, contract_type: 'call' }, open_interest: 9 }],
            },
          }
        : { body: { status: 'OK' } },
  });
  await sink.until(({ days }) => days.length === 1);
  const t = clock.now();
  latest().send([
    { ev: 'Q', sym: CALL, bp: 9.71, ap: 9.81, bs: 17, as: 24, t, q: 1 },
    { ev: 'T', sym: CALL, x: 312, p: 9.75, s: 3, c: [209], t, q: 2 },
  ]);
  upstream.connections.at(-1)!.send([{ ev: 'T', sym: 'AAPL', x: 4, i: '1', p: 297, s: 40, t, q: 3 }]);
  await sink.until(({ trades }) => trades.length === 1);
  await stockSink.until(({ trades }) => trades.length === 1);
  await Promise.all([stocks.stop(), feed.stop()]);

  const replay = { file, speed: 'max' as const, loop: false, clock, log: silentLog };
  const withoutReceipt = (ticks: readonly object[]) => ticks.map((tick) => ({ ...tick, receivedAt: 0 }));
  for (const [player, lived] of [
    [createReplayFeed(replay), stockSink],
    [createReplayOptionFeed(replay), sink],
  ] as const) {
    const again = createCollectingSink();
    player.start(again);
    await again.until(({ statuses }) => statuses.at(-1)?.state === 'ended');
    await player.stop();
    expect(again.counts.dropped).toBe(0);
    for (const kind of ['trades', 'quotes', 'days'] as const)
      expect(withoutReceipt(again[kind])).toEqual(withoutReceipt(lived[kind]));
  }
});

/** Lets what is on its way over loopback arrive. */
const roundTrip = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
};

/** Second by second; a sign of life arrives in each of them, and no market data. */
async function pass({ clock, latest, sink }: Awaited<ReturnType<typeof start>>, seconds: number) {
  for (let passed = 0; passed < seconds; passed++) {
    clock.advance(1_000);
    const { dropped } = sink.counts;
    latest().send('no market data');
    await sink.until(({ counts }) => counts.dropped > dropped);
  }
}
