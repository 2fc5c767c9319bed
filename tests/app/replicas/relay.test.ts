import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ask, type ClientSocket, next, type SignedIn, type TestApp, until } from '../../../rig/app.ts';
import { startTcpProxy, type TcpProxy } from '../../../rig/stand-ins/tcp-proxy.ts';
import type { QuotePayload } from '../../../src/protocol/quotes.ts';
import { startCluster, type TestCluster } from '../../support/cluster.ts';

/** The market moves this often: a client that hears Redis hears it each time. */
const TICK_MS = 100;
/** What the sweep of the journal would need, milliseconds: a fill that is heard sooner came over the relay. */
const SWEEP_MS = 5_000;

let cluster: TestCluster;
/** The engine has Redis; so has `well`; `apart` has it through a proxy. */
let engine: TestApp;
let well: TestApp;
let apart: TestApp;
let proxy: TcpProxy;
let ticking: NodeJS.Timeout;
let price = 100;
beforeAll(async () => {
  cluster = await startCluster({ replicas: 2 });
  [engine, well] = cluster.apps as [TestApp, TestApp];
  proxy = await startTcpProxy(cluster.redis.port);
  apart = await cluster.join({ env: { REDIS_URL: `redis://127.0.0.1:${proxy.port}` } });
  ticking = setInterval(() => {
    price = Math.round(price * 100 + 1) / 100;
    for (const symbol of ['AAPL', 'MSFT', 'NVDA', 'TSLA']) cluster.tick(symbol, price);
  }, TICK_MS);
});
afterAll(async () => {
  clearInterval(ticking);
  await cluster.close();
  await proxy.close();
});

interface Watcher {
  readonly session: SignedIn;
  readonly socket: ClientSocket;
  /** Quotes of AAPL so far, with when each arrived. */
  readonly quotes: (QuotePayload & { readonly heardAt: number })[];
}

async function watcher(app: TestApp): Promise<Watcher> {
  const session = await app.signUp();
  const socket = await app.connect(session);
  const quotes: Watcher['quotes'] = [];
  socket.on('quote:update', (quote) => {
    if (quote.symbol === 'AAPL') quotes.push({ ...quote, heardAt: Date.now() });
  });
  await ask(socket, 'subscribe:trades');
  await ask(socket, 'subscribe:watchlist', ['AAPL']);
  await hears(quotes, 5, 1_000);
  return { session, socket, quotes };
}

/** Resolves when as many quotes came, none longer than `withinMs` after the last. */
async function hears(quotes: Watcher['quotes'], count: number, withinMs: number): Promise<void> {
  const enough = quotes.length + count;
  while (quotes.length < enough) {
    const before = quotes.length;
    await until(() => quotes.length > before, `the next quote comes within ${withinMs} ms`, withinMs + 1_000);
  }
}

async function heardWithoutRedis({ quotes }: Watcher): Promise<void> {
  const from = quotes.length;
  await hears(quotes, 3, 1_500);
  const heard = quotes.slice(from);
  expect(heard.map(({ state }) => state)).toEqual(heard.map(() => 'simulated'));
  for (const { timestamp, heardAt } of heard) expect(heardAt - Date.parse(timestamp)).toBeLessThan(2_000);
  // Three of them take two intervals of a second.
  expect(heard[2]!.heardAt - heard[0]!.heardAt).toBeGreaterThan(1_500);
}

let orders = 0;
async function buys({ socket }: Watcher, symbol: string): Promise<void> {
  const told = next(socket, 'trade:executed', (trade) => trade.symbol === symbol, SWEEP_MS - 1_000);
  const answer = await ask(socket, 'order:place', {
    clientOrderId: `relayed-${++orders}`,
    symbol,
    side: 'buy',
    type: 'market',
    quantity: 1,
  });
  expect(answer).toMatchObject({ ok: true, order: { status: 'accepted' } });
  expect((await told).quantity).toBe(1);
}

/** Redis brings each tick, the relay one a second. */
const isFast = ({ quotes }: Watcher): boolean => {
  const earlier = quotes.at(-5);
  return earlier !== undefined && Date.now() - earlier.heardAt < 1_000;
};
/** A black hole is found out in three seconds, and the relay begins within the next. */
const LONGEST_GAP_MS = 5_000;

describe('with Redis killed', () => {
  test('a client of a replica that is not the engine sees prices move, trades, and hears its fill', async () => {
    const client = await watcher(well);
    await cluster.redis.kill();
    await until(() => !isFast(client), 'Redis is gone');
    await heardWithoutRedis(client);
    await buys(client, 'AAPL');
    // Nobody has asked for this one before: the engine hears of it over the relay.
    await ask(client.socket, 'subscribe:watchlist', ['MSFT']);
    await next(client.socket, 'quote:update', ({ symbol }) => symbol === 'MSFT', 4_000);
    await buys(client, 'MSFT');
    // Its chart is the engine's.
    const chart = await well.request('GET', '/api/candles?symbol=AAPL', { cookie: client.session.cookie });
    expect(chart.body.data).toContainEqual(expect.objectContaining({ open: expect.any(Number) }));
    await cluster.redis.restart();
    await until(() => isFast(client), 'Redis is used again', 4_000);
  });
});

test('with one replica in a black hole its clients see prices move, trade, and hear their fills; the others notice nothing', async () => {
  const [client, neighbour] = [await watcher(apart), await watcher(well)];
  proxy.swallow();
  await until(() => !isFast(client), 'it is cut off');
  await hears(client.quotes, 1, LONGEST_GAP_MS);
  await heardWithoutRedis(client);
  await buys(client, 'AAPL');
  await ask(client.socket, 'subscribe:watchlist', ['TSLA']);
  await next(client.socket, 'quote:update', ({ symbol }) => symbol === 'TSLA', 4_000);
  expect(isFast(neighbour)).toBe(true);
  // Prices only rise in this market: nothing older came after something newer.
  const prices = neighbour.quotes.map((quote) => quote.price);
  expect(prices).toEqual([...prices].sort((a, b) => a - b));
  proxy.heal();
  await until(() => isFast(client), 'Redis is used again', 6_000);
  expect(new Set(client.quotes.map((quote) => quote.state))).toEqual(new Set(['simulated']));
});

test('with Redis hung the clients of the engine do not wait for it: prices, orders, fills', async () => {
  const client = await watcher(engine);
  cluster.redis.hang();
  const from = client.quotes.length;
  await buys(client, 'AAPL');
  await hears(client.quotes, 30, 500);
  const times = client.quotes.slice(from).map(({ heardAt }) => heardAt);
  const gaps = times.slice(1).map((time, index) => time - times[index]!);
  expect(Math.max(...gaps)).toBeLessThan(500);
  cluster.redis.wake();
});

test('an engine that is cut off from Redis still moves the prices of everybody and fills their orders', async () => {
  await engine.stop();
  await well.stop();
  await until(() => apart.market.starts() === 1, 'the one behind the proxy is the engine');
  const client = await watcher(await cluster.join());
  proxy.cut();
  await until(() => !isFast(client), 'it is cut off');
  await heardWithoutRedis(client);
  await buys(client, 'AAPL');
});
