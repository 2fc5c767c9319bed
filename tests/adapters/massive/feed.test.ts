import dns from 'node:dns';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { createTestClock } from '../../../rig/clock.ts';
import { silentLog } from '../../../rig/log.ts';
import { type MassiveStandIn, startMassiveStandIn } from '../../../rig/stand-ins/massive/stand-in.ts';
import { createMassiveFeed } from '../../../src/adapters/massive/feed.ts';
import { createReplayFeed } from '../../../src/adapters/replay/feed.ts';
import type { MarketFeed } from '../../../src/domain/market/feed.ts';
import { ADDS_VOLUME } from '../../../src/domain/market/trade-effects.ts';
import type { Log } from '../../../src/lib/log.ts';
import { createRequestPace } from '../../../src/lib/request-pace.ts';
import type { MarketSession } from '../../../src/protocol/market.ts';
import { createCollectingSink } from '../../support/collecting-sink.ts';
import { earlierToday, TRADING_NOON } from '../../support/earlier-today.ts';

const KEY = 'a-secret-key-of-nobody';
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Logged {
  readonly fields: Record<string, unknown>;
  readonly message: string;
}

/** A feed against the stand-in, wanting AAPL and SPY unless told otherwise. */
async function start({
  key = KEY,
  symbols = ['AAPL', 'SPY'],
  session = 'pre' as MarketSession,
  wsUrl = (url: string) => url,
  recordFile = null as string | null,
  prepare = (_upstream: MassiveStandIn) => {},
} = {}) {
  const upstream = await startMassiveStandIn(KEY);
  prepare(upstream);
  const clock = createTestClock(TRADING_NOON);
  const logged: Logged[] = [];
  const write = (fields: object, message: string): void => {
    logged.push({ fields: fields as Record<string, unknown>, message });
  };
  const log: Log = { debug: write, info: write, warn: write, error: write };
  const market = { session };
  const feed: MarketFeed = createMassiveFeed({
    apiKey: key,
    wsUrl: wsUrl(upstream.wsUrl),
    restUrl: upstream.restUrl,
    pace: createRequestPace({ clock, perSecond: 1_000 }),
    clock,
    log,
    hours: {
      session: () => market.session,
      lastClose: () => 0,
      status: () => ({
        isOpen: true,
        nextOpen: null,
        nextClose: null,
        timestamp: '',
        session: market.session,
      }),
    },
    recordFile,
  });
  const sink = createCollectingSink();
  feed.setSymbols(new Set(symbols));
  feed.start(sink);
  cleanups.push(
    () => upstream.close(),
    () => feed.stop(),
  );
  const flows = (...wanted: string[]): Promise<void> =>
    sink.until(({ flowing }) => wanted.every((symbol) => flowing.has(symbol)));
  const state = (wanted: string): Promise<void> =>
    sink.until(({ statuses }) => statuses.at(-1)?.state === wanted);
  const latest = () => upstream.connections.at(-1)!;
  return { upstream, clock, feed, sink, logged, market, flows, state, latest };
}

const T = {
  ev: 'T',
  sym: 'AAPL',
  i: '143541',
  x: 4,
  p: 297.845,
  s: 40,
  q: 4938312,
  z: 3,
  trfi: 202,
  ds: '40.0',
};
const Q = {
  ev: 'Q',
  sym: 'SPY',
  i: [604],
  bx: 10,
  ax: 15,
  bp: 225.62,
  ap: 225.64,
  bs: 100,
  as: 500,
  q: 1,
  z: 3,
};
const BAR = {
  sym: 'SPY',
  v: 4989,
  av: 4332125,
  op: 75.98,
  vw: 78.0894,
  o: 78.1,
  c: 78.08,
  h: 78.125,
  l: 78.07,
  a: 76.84,
  z: 62,
};

describe('a good connection', () => {
  test('logs in after `connected`, then subscribes one channel a message, and is live', async () => {
    const { sink, flows, latest, state } = await start();
    await flows('AAPL', 'SPY');
    await state('live');
    expect(latest().said).toEqual([
      { action: 'auth', params: KEY },
      { action: 'subscribe', params: 'T.AAPL,T.SPY' },
      { action: 'subscribe', params: 'Q.AAPL,Q.SPY' },
      { action: 'subscribe', params: 'A.SPY,A.AAPL' },
      { action: 'subscribe', params: 'AM.AAPL,AM.SPY' },
      { action: 'subscribe', params: 'LULD.AAPL,LULD.SPY' },
    ]);
    expect(sink.statuses.map(({ state: word }) => word)).toEqual(['connecting', 'live']);
  });

  test('turns a frame of mixed events into ticks, in order, and drops none', async () => {
    const { clock, sink, flows, latest } = await start();
    await flows('AAPL', 'SPY');
    const t = clock.now();
    latest().send([
      { ...T, t, pt: t - 7, c: [14, 37, 41] },
      { ...Q, t },
      { ev: 'A', ...BAR, s: t - 1_000, e: t },
      { ev: 'AM', ...BAR, s: t - 60_000, e: t },
      { ev: 'LULD', T: 'SPY', h: 1, l: 1, t: t * 1e6 },
    ]);
    await sink.until(({ bars }) => bars.length === 2);
    expect(sink.trades).toEqual([
      {
        symbol: 'AAPL',
        sourceTime: t,
        receivedAt: expect.any(Number),
        price: 297.845,
        size: 40,
        decimalSize: '',
        participantTime: t - 7,
        exchange: 4,
        trf: 202,
        tradeId: '143541',
        sequence: 4938312,
        effects: ADDS_VOLUME,
      },
    ]);
    expect(sink.quotes).toMatchObject([
      { symbol: 'SPY', bid: 225.62, bidSize: 100, ask: 225.64, askSize: 500 },
    ]);
    expect(sink.bars).toMatchObject([
      { seconds: 1, dayVolume: 4332125, dayOpen: 75.98, close: 78.08, start: t - 1_000, sourceTime: t },
      { seconds: 60, start: t - 60_000 },
    ]);
    expect(sink.counts.dropped).toBe(0);
  });

  test('subscribes to what is newly wanted and lets go of what is not', async () => {
    const { feed, sink, flows, latest, upstream } = await start({ symbols: ['AAPL'] });
    await flows('AAPL');
    feed.setSymbols(new Set(['BRK.B']));
    await flows('BRK.B');
    expect(sink.flowing.has('AAPL')).toBe(false);
    await upstream.until(
      () => [...latest().topics].sort().join() === 'A.BRK.B,A.SPY,AM.BRK.B,LULD.BRK.B,Q.BRK.B,T.BRK.B',
    );
  });

  test('says nothing more once it is stopped and closes the connection', async () => {
    const { feed, upstream, sink, flows, latest } = await start();
    await flows('AAPL');
    await feed.stop();
    const statuses = sink.statuses.length;
    await upstream.until(() => !latest().isOpen());
    expect(sink.statuses).toHaveLength(statuses);
    expect(feed.status()).toEqual({ state: 'down' });
  });
});

describe('acknowledgements', () => {
  test('confirm exactly the topic they name', async () => {
    const { sink, flows } = await start({
      symbols: ['AAPL', 'ABC'],
      prepare: ({ behaviour }) => {
        behaviour.unacknowledged = new Set(['T.ABC', 'Q.ABC', 'A.ABC', 'AM.ABC', 'LULD.ABC']);
      },
    });
    await flows('AAPL');
    expect([...sink.flowing]).not.toContain('ABC');
  });

  test('that never come are asked for once more, then given up', async () => {
    const { upstream, clock, logged, flows, latest } = await start({
      symbols: ['AAPL'],
      prepare: ({ behaviour }) => {
        behaviour.unacknowledged = new Set(['T.AAPL']);
      },
    });
    await flows('AAPL');
    const asked = (): number => latest().said.filter(({ params }) => params === 'T.AAPL').length;
    for (let second = 0; second < 60; second++) clock.advance(1_000);
    await upstream.until(() => asked() === 2);
    expect(logged.find(({ message }) => message.includes('never confirmed'))?.fields).toMatchObject({
      topics: ['T.AAPL'],
    });
  });
});

describe('plans', () => {
  test('without trades and quotes still make quotes from bars, and the status says so', async () => {
    const { clock, sink, flows, state, latest, logged } = await start({
      prepare: ({ behaviour }) => {
        behaviour.plan = { channels: ['A', 'AM'] };
      },
    });
    await flows('AAPL', 'SPY');
    expect(logged.some(({ fields }) => fields.message === 'not authorized')).toBe(true);
    const t = clock.now();
    latest().send([{ ev: 'A', ...BAR, s: t - 1_000, e: t }]);
    await sink.until(({ bars }) => bars.length === 1);
    await pass(clock, 25_000);
    await state('live');
    expect(sink.statuses.at(-1)).toEqual({
      state: 'live',
      detail:
        'The plan does not include T, Q: quotes rest on the other channels. The plan does not include LULD: halts are not known.',
      withoutQuotes: true,
    });
  });

  test('without quotes are known on the next connection, until upstream confirms quotes', async () => {
    const { clock, feed, sink, flows, state, latest, upstream } = await start({
      prepare: ({ behaviour }) => {
        behaviour.plan = { channels: ['T', 'A', 'AM', 'LULD'] };
      },
    });
    await flows('AAPL', 'SPY');
    expect(feed.status()).toEqual({ state: 'live' });
    await pass(clock, 25_000);
    await sink.until(({ statuses }) => statuses.at(-1)?.withoutQuotes === true);
    const again = async () => {
      const broken = latest();
      const statuses = sink.statuses.length;
      broken.drop();
      await state('down');
      await pass(clock, 10_000);
      await upstream.until(() => latest() !== broken);
      await flows('AAPL', 'SPY');
      return sink.statuses.slice(statuses).filter((status) => status.state === 'live');
    };
    for (const { withoutQuotes, detail } of await again()) {
      expect(withoutQuotes).toBe(true);
      expect(detail).toContain('The plan does not include Q');
    }
    await feed.stop();
    feed.start(sink);
    await state('live');
    expect(feed.status()).toMatchObject({ withoutQuotes: true });

    upstream.behaviour.plan = {};
    expect((await again())[0]).toMatchObject({ withoutQuotes: true });
    await sink.until(({ statuses }) => statuses.at(-1)?.withoutQuotes === undefined);
    expect(feed.status()).toEqual({ state: 'live' });
  });

  test('with delayed data only are refused on the real-time host, with the way out', async () => {
    const { sink, state, upstream, clock } = await start({
      prepare: ({ behaviour }) => {
        behaviour.plan = { delayedOnly: true };
      },
    });
    await state('refused');
    expect(sink.statuses.at(-1)?.detail).toContain('MASSIVE_WS_URL');
    clock.advance(600_000);
    expect(upstream.connections).toHaveLength(1);
  });

  test('on the delayed host are delayed', async () => {
    const lookup = jest
      .spyOn(dns, 'lookup')
      .mockImplementation(((
        _host: string,
        options: { all?: boolean },
        done: (...answer: unknown[]) => void,
      ) =>
        options.all
          ? done(null, [{ address: '127.0.0.1', family: 4 }])
          : done(null, '127.0.0.1', 4)) as never);
    cleanups.push(() => lookup.mockRestore());
    const { flows, state } = await start({ wsUrl: (url) => url.replace('127.0.0.1', 'delayed.test') });
    await flows('AAPL');
    await state('delayed');
  });
});

describe('a refused login', () => {
  test('is final, and the key is in no log line and no status', async () => {
    const { upstream, clock, sink, logged, state } = await start({ key: 'a-wrong-key-to-hide' });
    await state('refused');
    expect(sink.statuses.at(-1)).toEqual({
      state: 'refused',
      detail: 'Upstream refused the login: authentication failed',
    });
    for (let minute = 0; minute < 30; minute++) clock.advance(60_000);
    expect(upstream.connections).toHaveLength(1);
    expect(JSON.stringify([logged, sink.statuses])).not.toContain('a-wrong-key-to-hide');
  });
});

describe('the one place of the account', () => {
  test('once lost is not fought for; the next start asks for it on the terms it is given', async () => {
    const { upstream, clock, feed, sink, flows, state } = await start();
    await flows('AAPL');
    const thief = new WebSocket(upstream.wsUrl);
    cleanups.push(() => thief.close());
    thief.addEventListener('open', () => thief.send(JSON.stringify({ action: 'auth', params: KEY })));
    await state('refused');
    expect(sink.statuses.at(-1)).toMatchObject({ lost: true });
    expect(sink.flowing.size).toBe(0);
    const connections = upstream.connections.length;
    await pass(clock, 20_000);
    expect(upstream.connections).toHaveLength(connections);

    await feed.stop();
    feed.start(sink, { notBefore: clock.now() + 60_000, mayConnect: () => true });
    expect(sink.statuses.at(-1)).toMatchObject({
      state: 'connecting',
      detail: expect.stringMatching(/Another service uses this key.* until \d\d:\d\d:\d\d UTC/),
    });
    clock.advance(60_000);
    await upstream.until(() => upstream.connections.length === connections + 1);
    await state('live');
  });

  test('is not asked for by a replica that is no longer the engine, also where it finds out between connect and login', async () => {
    const { upstream, clock, feed, sink, state, flows } = await start();
    await flows('AAPL');
    await feed.stop();
    let may = true;
    const asked = upstream.connections.length;
    upstream.behaviour.mute = true;
    feed.start(sink, { notBefore: 0, mayConnect: () => may });
    await upstream.until(() => upstream.connections.length === asked + 1);
    may = false;
    upstream.behaviour.mute = false;
    upstream.connections
      .at(-1)!
      .send([{ ev: 'status', status: 'connected', message: 'Connected Successfully' }]);
    await state('down');
    expect(upstream.connections.at(-1)!.said).toEqual([]);
    await pass(clock, 60_000);
    expect(upstream.connections).toHaveLength(asked + 1);
    may = true;
    await pass(clock, 60_000);
    await state('live');
  });
});

describe('a connection that breaks', () => {
  test('without a close frame comes back, subscribes again and asks for what it missed', async () => {
    const { upstream, clock, sink, flows, latest, state } = await start({
      prepare: ({ behaviour }) => {
        behaviour.rest = () => ({ body: { status: 'OK', tickers: [] } });
      },
    });
    await flows('AAPL', 'SPY');
    const snapshots = (): number =>
      upstream.asked.filter(({ url }) => url.pathname.includes('/snapshot/')).length;
    await upstream.until(() => snapshots() === 1);
    latest().drop();
    await state('down');
    expect(sink.flowing.size).toBe(0);
    clock.advance(1_000);
    await flows('AAPL', 'SPY');
    await state('live');
    expect(upstream.connections).toHaveLength(2);
    await upstream.until(() => snapshots() === 2);
  });

  test('again and again right after the login is retried ever more slowly', async () => {
    const { upstream, clock, logged } = await start({
      prepare: ({ behaviour }) => {
        behaviour.dropAfterLogin = true;
      },
    });
    const delays = (): number[] =>
      logged
        .filter(({ message }) => message.includes('trying again'))
        .map(({ fields }) => Number(fields.delay));
    for (let attempt = 1; attempt <= 6; attempt++) {
      await upstream.until(
        () => upstream.connections.length >= attempt && !upstream.connections[attempt - 1]!.isOpen(),
      );
      await waitFor(() => delays().length >= attempt);
      clock.advance(delays().at(-1)!);
    }
    expect(delays()[0]).toBeLessThanOrEqual(500);
    expect(delays()[5]).toBeGreaterThanOrEqual(4_000);
    // Slower than this, and an upstream that is back would wait for us.
    expect(delays()[5]).toBeLessThanOrEqual(8_000);
  });

  test('after ten seconds of life is retried at once', async () => {
    const { upstream, clock, logged, flows, latest, state } = await start();
    for (let life = 1; life <= 3; life++) {
      await flows('AAPL');
      await state('live');
      clock.advance(10_001);
      latest().drop();
      await state('down');
      clock.advance(500);
      await upstream.until(() => upstream.connections.length === life + 1);
    }
    const delays = logged
      .filter(({ message }) => message.includes('trying again'))
      .map(({ fields }) => fields.delay);
    expect(delays.every((delay) => Number(delay) <= 500)).toBe(true);
  });

  test('is given up when the login takes too long', async () => {
    const { upstream, clock, state, sink } = await start({
      prepare: ({ behaviour }) => {
        behaviour.mute = true;
      },
    });
    await upstream.until(() => upstream.connections.length === 1);
    clock.advance(10_000);
    await state('down');
    expect(sink.statuses.at(-1)?.detail).toBe('The login upstream took too long.');
  });

  test('is retried when upstream gave up waiting for the login', async () => {
    const { upstream, state, latest } = await start({
      prepare: ({ behaviour }) => {
        behaviour.mute = true;
      },
    });
    await upstream.until(() => upstream.connections.length === 1);
    latest().send([{ ev: 'status', status: 'auth_timeout', message: 'No authentication request received.' }]);
    await state('down');
  });
});

describe('silence', () => {
  test('of a dead connection shows within six seconds while the market is open, and ends it within thirty', async () => {
    const { upstream, clock, flows, state, sink } = await start({ session: 'post' });
    await flows('AAPL');
    await state('live');
    upstream.behaviour.pongs = false;
    await pass(clock, 6_000);
    expect(sink.statuses.at(-1)?.state).toBe('silent');
    await pass(clock, 25_000);
    await upstream.until(() => !upstream.connections[0]!.isOpen());
    expect(sink.statuses.some(({ detail }) => detail === 'Upstream fell silent.')).toBe(true);
  });

  test('of a quiet market is none: the connection answers pings', async () => {
    const { upstream, clock, flows, state } = await start({ session: 'post' });
    await flows('AAPL');
    await state('live');
    await pass(clock, 60_000);
    await state('live');
    expect(upstream.connections).toHaveLength(1);
  });

  test('of the canary in regular hours is a dead feed, pongs or not', async () => {
    const { clock, flows, state, sink, latest } = await start({ session: 'regular', symbols: ['UGA'] });
    await flows('UGA');
    await state('live');
    await pass(clock, 6_000);
    expect(sink.statuses.at(-1)?.state).toBe('silent');
    latest().send([{ ev: 'A', ...BAR, s: clock.now() - 1_000, e: clock.now() }]);
    await state('live');
  });

  test('of a night is nothing to show', async () => {
    const { upstream, clock, flows, state, sink } = await start({ session: 'closed' });
    await flows('AAPL');
    await state('live');
    upstream.behaviour.pongs = false;
    await pass(clock, 20_000);
    expect(sink.statuses.at(-1)?.state).toBe('live');
  });
});

describe('bad frames', () => {
  test.each([
    ['is no JSON', '[{"ev":"T","sym":"AAPL","p":1'],
    ['is no object', '42'],
    ['is larger than market data is', 'x'.repeat(2_000_000)],
    ['is binary', Buffer.from([1, 2, 3])],
    ['has a print without a price', { ...T, p: null }],
    ['has a print of an unreadable facility', { ...T, trfi: '202' }],
    ['has a print of an unreadable size', { ...T, s: 0, ds: '5e-1' }],
    ['has a print whose decimal size is none', { ...T, ds: '1e400' }],
    ['has a print whose decimal size is a number', { ...T, ds: 40.5 }],
    ['has a print of unreadable conditions', { ...T, c: ['22'] }],
    ['has a print of a facility that is no whole number', { ...T, trfi: 202.5 }],
    ['has a trade of an unreadable exchange', { ...T, x: '4' }],
    ['has a trade of an exchange that is no whole number', { ...T, x: 4.5 }],
    ['has a print whose sequence number is none', { ...T, q: '5' }],
    ['has a print whose sequence number is no whole number', { ...T, q: 4938312.5 }],
    ['has a print whose sequence number is larger than one can be', { ...T, q: 1e30 }],
    ['has a print whose sequence number is below nothing', { ...T, q: -1 }],
    ['has an event of no kind', { noEvent: true }],
  ] satisfies [string, string | object][])('may have been prints where a frame %s', async (_, frame) => {
    const { clock, sink, flows, latest } = await start();
    await flows('AAPL');
    const t = clock.now();
    latest().send(typeof frame === 'string' || frame instanceof Buffer ? frame : [{ ...frame, t }]);
    latest().send([{ ...T, t }]);
    await sink.until(({ trades }) => trades.length === 1);
    expect(sink.counts).toMatchObject({ dropped: 1, mayBePrints: 1 });
  });

  test('were no prints where only a quote, a bar or a trade on an exchange can’t be read', async () => {
    const { clock, sink, flows, latest } = await start();
    await flows('AAPL');
    const t = clock.now();
    latest().send([
      { ...Q, t, bp: 'low' },
      { ev: 'A', ...BAR, s: t, e: t - 1_000 },
      { ...T, t, x: 11, trfi: undefined, p: 0 },
      { ...T, t },
    ]);
    await sink.until(({ trades }) => trades.length === 1);
    expect(sink.counts).toMatchObject({ dropped: 3, mayBePrints: 0 });
  });

  test('are counted and dropped, and the connection goes on', async () => {
    const { clock, sink, flows, latest, upstream } = await start();
    await flows('AAPL');
    const t = clock.now();
    const connection = latest();
    const bad: (string | Buffer | object[])[] = [
      '[{"ev":"T","sym":"AAPL","p":1',
      '42',
      'null',
      '',
      Buffer.from([1, 2, 3]),
      'x'.repeat(10_000_000),
      [{ ...T, t, p: '297' }],
      [{ ...T, t, p: 0 }],
      [{ ...T, t, p: -1 }],
      '[{"ev":"T","sym":"AAPL","p":1e999,"s":1,"t":1}]',
      [{ ...T, t, p: null }],
      [{ ...T, t, s: -5 }],
      [{ ...T, t, c: 'regular' }],
      [{ ...T, t: t + 3_600_000 }],
      [{ ...T, t: t * 1e6 }],
      [{ ...T, t, sym: '__proto__' }],
      [{ ...T, t, sym: 'O:AMC210827C00037000' }],
      [{ ...Q, t, bp: 'low' }],
      [{ ev: 'A', ...BAR, s: t, e: t - 1_000 }],
      [{ ev: 'AM', ...BAR, h: 1, l: 2, s: t - 60_000, e: t }],
      [{ noEvent: true }],
    ];
    for (const frame of bad) connection.send(frame);
    connection.send([null, 7, [], { ...T, t }] as object[]);
    await sink.until(({ trades }) => trades.length === 1);
    expect(sink.counts.dropped).toBe(bad.length + 3);
    expect(sink.quotes).toEqual([]);
    expect(sink.bars).toEqual([]);
    expect(upstream.connections).toHaveLength(1);
    expect(connection.isOpen()).toBe(true);
  });
});

describe('what REST adds', () => {
  const ticker = (t: number, fields: object = {}) => ({
    ticker: 'AAPL',
    updated: t * 1e6,
    day: { o: 10, h: 12, l: 9, c: 11, v: 5_000 },
    prevDay: { c: 8 },
    min: { t: earlierToday(60_000) },
    lastTrade: { p: 10.99, c: [37] },
    lastQuote: { p: 10.9, P: 11.1 },
    ...fields,
  });
  const answer = (tickers: readonly object[] | undefined, status = 'OK') => ({ body: { status, tickers } });

  test.each(['OK', 'DELAYED'])('is the state of the day, in nanoseconds and with status %s', async (word) => {
    const t = earlierToday(1_000);
    const { sink, upstream } = await start({
      symbols: ['AAPL', 'MSFT'],
      prepare: ({ behaviour }) => {
        behaviour.rest = (url) =>
          url.pathname.includes('/snapshot/') ? answer([ticker(t)], word) : { body: { status: word } };
      },
    });
    await sink.until(({ days }) => days.length === 1);
    expect(sink.days[0]).toMatchObject({
      symbol: 'AAPL',
      sourceTime: t,
      previousClose: 8,
      open: 10,
      high: 12,
      low: 9,
      last: 11,
      volume: 5_000,
      bid: 10.9,
      ask: 11.1,
    });
    const [first] = upstream.asked;
    expect(first?.url.searchParams.get('tickers')).toBe('AAPL,MSFT');
    expect(first?.authorization).toBe(`Bearer ${KEY}`);
    expect(first?.url.href).not.toContain(KEY);
  });

  test('is only the previous close before the first trade of the day', async () => {
    const zeros = { o: 0, h: 0, l: 0, c: 0, v: 0 };
    const { sink } = await start({
      prepare: ({ behaviour }) => {
        behaviour.rest = () => answer([{ ticker: 'AAPL', updated: 0, day: zeros, prevDay: { c: 8 } }]);
      },
    });
    await sink.until(({ days }) => days.length === 1);
    expect(sink.days[0]).toMatchObject({
      previousClose: 8,
      open: undefined,
      last: undefined,
      volume: undefined,
    });
  });

  test('are the minutes of today', async () => {
    const row = { t: earlierToday(120_000), o: 1, h: 2, l: 1, c: 2, v: 300, vw: 1.5, n: 3 };
    const { sink, upstream } = await start({
      symbols: ['AAPL'],
      prepare: ({ behaviour }) => {
        behaviour.rest = (url) => ({
          body: { status: 'OK', results: url.pathname.includes('/aggs/') ? [row, { t: 'x' }] : undefined },
        });
      },
    });
    await sink.until(({ candleFills }) => candleFills.has('AAPL'));
    expect(sink.candleFills.get('AAPL')).toEqual([
      { start: row.t, open: 1, high: 2, low: 1, close: 2, volume: 300 },
    ]);
    expect(upstream.asked.at(-1)?.url.pathname).toMatch(
      /^\/v2\/aggs\/ticker\/AAPL\/range\/1\/minute\/\d{4}-\d\d-\d\d\//,
    );
  });

  test('waits as long as it is told when there were too many requests', async () => {
    let refusals = 1;
    const { clock, sink, upstream } = await start({
      symbols: ['AAPL'],
      prepare: ({ behaviour }) => {
        behaviour.rest = (url) => {
          if (!url.pathname.includes('/snapshot/')) return { body: { status: 'OK' } };
          if (refusals-- > 0) {
            return {
              status: 429,
              headers: { 'retry-after': '7' },
              body: { status: 'ERROR', error: "You've exceeded the maximum requests per minute" },
            };
          }
          return answer([ticker(earlierToday(1_000))]);
        };
      },
    });
    await upstream.until(() => upstream.asked.length === 1);
    await pass(clock, 6_000);
    expect(upstream.asked).toHaveLength(1);
    clock.advance(1_500);
    await sink.until(({ days }) => days.length === 1);
  });

  test('is asked for once where the plan does not include it, and the stream goes on', async () => {
    const { clock, upstream, logged, flows, latest, state } = await start({
      symbols: ['AAPL'],
      prepare: ({ behaviour }) => {
        behaviour.rest = () => ({
          status: 403,
          body: { status: 'NOT_AUTHORIZED', message: 'You are not entitled to this data.' },
        });
      },
    });
    // Snapshots, previous closes and candles.
    await upstream.until(() => upstream.asked.length === 3);
    await waitFor(
      () => logged.filter(({ message }) => message.startsWith('upstream did not deliver the')).length === 3,
    );
    latest().drop();
    await state('down');
    clock.advance(1_000);
    await flows('AAPL');
    clock.advance(1_000);
    await roundTrip();
    expect(upstream.asked).toHaveLength(3);
  });

  test.each([
    ['half an answer', { body: '{"status":"OK","tickers":[' }],
    ['a page instead of JSON', { status: 502, body: '<html>' }],
    ['no tickers', { body: { status: 'OK' } }],
    ['an array', { body: [] }],
    ['tickers that are none', { body: { status: 'OK', tickers: [null, 5, { ticker: 7 }] } }],
  ])('survives %s', async (_name, body) => {
    const { clock, upstream, sink, flows, latest } = await start({
      symbols: ['AAPL'],
      prepare: ({ behaviour }) => {
        behaviour.rest = () => body;
      },
    });
    await flows('AAPL');
    await upstream.until(() => upstream.asked.length >= 1);
    latest().send([{ ...T, t: clock.now() }]);
    await sink.until(({ trades }) => trades.length === 1);
    expect(sink.days).toEqual([]);
  });
});

test('what is recorded can be replayed: the same ticks, without the answers to our own requests', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'record-'));
  cleanups.push(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'recorded.ndjson');
  const { clock, feed, sink, flows, latest } = await start({
    recordFile: file,
    prepare: ({ behaviour }) => {
      behaviour.rest = (url) =>
        url.pathname.includes('/snapshot/')
          ? {
              body: {
                status: 'OK',
                tickers: [{ ticker: 'AAPL', updated: 1e15, day: {}, prevDay: { c: 8 } }],
              },
            }
          : { body: { status: 'OK' } };
    },
  });
  await flows('AAPL', 'SPY');
  await sink.until(({ days }) => days.length === 1);
  const t = clock.now();
  latest().send([
    { ...T, t },
    { ...Q, t },
  ]);
  latest().send([{ ev: 'A', ...BAR, s: t - 1_000, e: t }]);
  await sink.until(({ bars }) => bars.length === 1);
  await feed.stop();

  expect(readFileSync(file, 'utf8')).not.toContain(KEY);
  const again = createCollectingSink();
  const replay = createReplayFeed({ file, speed: 'max', loop: false, clock, log: silentLog });
  replay.start(again);
  await again.until(({ statuses }) => statuses.at(-1)?.state === 'ended');
  await replay.stop();
  const withoutReceipt = (ticks: readonly object[]) => ticks.map((tick) => ({ ...tick, receivedAt: 0 }));
  expect(withoutReceipt(again.trades)).toEqual(withoutReceipt(sink.trades));
  expect(withoutReceipt(again.quotes)).toEqual(withoutReceipt(sink.quotes));
  expect(withoutReceipt(again.bars)).toEqual(withoutReceipt(sink.bars));
  expect(withoutReceipt(again.days)).toEqual(withoutReceipt(sink.days));
});

/** Half a second at a time, with room in between for pongs to arrive. */
async function pass(clock: { advance(ms: number): void }, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 500) {
    clock.advance(500);
    await roundTrip();
  }
}

/** Lets what is on its way over loopback arrive. */
const roundTrip = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
};

async function waitFor(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
