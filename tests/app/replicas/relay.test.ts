import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { SignedIn, TestApp } from '../../../rig/app.ts';
import { ask, type ClientSocket } from '../../../rig/clients/ask.ts';
import { next } from '../../../rig/clients/stock-client.ts';
import { createSweepSwitch } from '../../../rig/ports/sweep-switch.ts';
import { startTcpProxy, type TcpProxy } from '../../../rig/stand-ins/tcp-proxy.ts';
import { until } from '../../../rig/wait.ts';
import type { QuotePayload } from '../../../src/protocol/quotes.ts';
import { startCluster, type TestCluster } from '../../support/cluster.ts';

/** The market moves this often, a cent each time: over Redis a client is shown each move. */
const TICK_MS = 100;
const CENTS = 100;
/** Moves that one quote may be ahead where Redis brings them. Over the relay it is about ten. */
const FEW_MOVES = 3;

let cluster: TestCluster;
/** The engine has Redis; so has `well`; `apart` has it through a proxy. */
let engine: TestApp;
let well: TestApp;
let apart: TestApp;
let proxy: TcpProxy;
let ticking: NodeJS.Timeout;
let price = 100;
beforeAll(async () => {
  // No replica sweeps its journal: a fill that arrives came over the relay.
  cluster = await startCluster({ replicas: 2, app: { wrap: { journal: createSweepSwitch().wrap } } });
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
  /** Quotes of AAPL so far. */
  readonly quotes: QuotePayload[];
}

async function watcher(app: TestApp): Promise<Watcher> {
  const session = await app.signUp();
  const socket = await app.connect(session);
  const quotes: QuotePayload[] = [];
  socket.on('quote:update', (quote) => {
    if (quote.symbol === 'AAPL') quotes.push(quote);
  });
  await ask(socket, 'subscribe:trades');
  await ask(socket, 'subscribe:watchlist', ['AAPL']);
  const client = { session, socket, quotes };
  await receives(client, 5);
  return client;
}

/** Resolves with the next quotes, oldest first. */
async function receives({ quotes }: Watcher, count: number): Promise<QuotePayload[]> {
  const from = quotes.length;
  await until(() => quotes.length >= from + count, `${count} more quotes arrive`);
  return quotes.slice(from, from + count);
}

/** By how many moves of the market each quote is ahead of the one before. */
const stepsOf = (quotes: readonly QuotePayload[]): number[] =>
  quotes.slice(1).map(({ price }, index) => Math.round((price - quotes[index]!.price) * CENTS));

/** Redis brings the moves of the market as they happen, the relay one a second; a busy machine skips some now and then. */
const receivesFast = ({ quotes }: Watcher, what: string, count = 5): Promise<void> => {
  const from = quotes.length;
  return until(() => {
    const received = quotes.slice(from).slice(-count);
    return received.length === count && stepsOf(received).every((step) => step <= FEW_MOVES);
  }, what);
};
/** As the replica itself reports: how soon it notices is no matter of this test. */
const losesRedis = (app: TestApp): Promise<void> =>
  until(async () => (await app.request('GET', '/health/websocket')).body.redis === 'down', 'Redis is lost');

async function receivesWithoutRedis(client: Watcher): Promise<void> {
  const received = await receives(client, 3);
  expect(received.map(({ state }) => state)).toEqual(received.map(() => 'simulated'));
  expect(received.at(-1)!.price).toBeGreaterThan(received[0]!.price);
}

let orders = 0;
async function buys({ socket }: Watcher, symbol: string): Promise<void> {
  const filled = next(socket, 'trade:executed', (trade) => trade.symbol === symbol);
  const answer = await ask(socket, 'order:place', {
    clientOrderId: `relayed-${++orders}`,
    symbol,
    side: 'buy',
    type: 'market',
    quantity: 1,
  });
  expect(answer).toMatchObject({ ok: true, order: { status: 'accepted' } });
  expect((await filled).quantity).toBe(1);
}

describe('with Redis killed', () => {
  test('a client of a replica that is not the engine sees prices move, trades, and receives its fill', async () => {
    const client = await watcher(well);
    await cluster.redis.kill();
    await losesRedis(well);
    await receivesWithoutRedis(client);
    await buys(client, 'AAPL');
    // No replica has asked for this one before: the engine receives the demand over the relay.
    await ask(client.socket, 'subscribe:watchlist', ['MSFT']);
    await next(client.socket, 'quote:update', ({ symbol }) => symbol === 'MSFT');
    await buys(client, 'MSFT');
    // Its chart is the engine's.
    const chart = await well.request('GET', '/api/candles?symbol=AAPL', { cookie: client.session.cookie });
    expect(chart.body.data).toContainEqual(expect.objectContaining({ open: expect.any(Number) }));
    await cluster.redis.restart();
    await receivesFast(client, 'Redis is used again');
  });
});

test('with one replica in a black hole its clients see prices move, trade, and receive their fills; the others notice nothing', async () => {
  const [client, neighbour] = [await watcher(apart), await watcher(well)];
  proxy.swallow();
  await losesRedis(apart);
  await receivesWithoutRedis(client);
  await buys(client, 'AAPL');
  await ask(client.socket, 'subscribe:watchlist', ['TSLA']);
  await next(client.socket, 'quote:update', ({ symbol }) => symbol === 'TSLA');
  await receivesFast(neighbour, 'the neighbour has Redis', 10);
  // Prices only rise in this market: nothing older came after something newer.
  const prices = neighbour.quotes.map((quote) => quote.price);
  expect(prices).toEqual([...prices].sort((a, b) => a - b));
  proxy.heal();
  await receivesFast(client, 'Redis is used again');
  expect(new Set(client.quotes.map((quote) => quote.state))).toEqual(new Set(['simulated']));
});

test('with Redis hung the clients of the engine do not wait for it: prices, orders, fills', async () => {
  const client = await watcher(engine);
  cluster.redis.hang();
  await Promise.all([receivesFast(client, 'its prices move as before', 30), buys(client, 'AAPL')]);
  cluster.redis.wake();
});

test('an engine that is cut off from Redis still moves the prices on every replica and fills their orders', async () => {
  await engine.stop();
  await well.stop();
  await until(() => apart.market.starts() === 1, 'the one behind the proxy is the engine');
  const client = await watcher(await cluster.join());
  proxy.cut();
  await losesRedis(apart);
  await receivesWithoutRedis(client);
  await buys(client, 'AAPL');
});
