import { expect, test } from '@jest/globals';
import { startApp } from '../../rig/app.ts';
import { ask } from '../../rig/clients/ask.ts';
import { next } from '../../rig/clients/stock-client.ts';
import { createTestClock } from '../../rig/clock.ts';
import { METRICS_ENV, readMetrics } from '../../rig/metrics.ts';
import { createScriptedMarket } from '../../rig/stand-ins/scripted-market.ts';
import { until } from '../../rig/wait.ts';

test('an upstream that gives our place away ends the prices, not the engine: the feed is opened again', async () => {
  const app = await startApp();
  try {
    const socket = await app.connect(await app.signUp());
    await ask(socket, 'subscribe:watchlist', ['AAPL']);
    await until(() => app.market.wanted().has('AAPL'), 'AAPL is wanted');
    app.market.tick('AAPL', 100);
    await next(socket, 'quote:update', ({ price }) => price === 100);
    const readiness = async () => (await app.request('GET', '/ready')).status;
    await until(async () => (await readiness()) === 200, 'the executor trades');

    app.market.status({ state: 'refused', detail: 'Another service uses this key.', lost: true });
    await next(socket, 'quote:update', ({ state }) => state === 'stale');
    await until(() => app.market.starts() === 2, 'the feed is opened again');
    expect(await readiness()).toBe(200);
    app.market.tick('AAPL', 101);
    expect(await next(socket, 'quote:update', ({ price }) => price === 101)).toMatchObject({
      state: 'simulated',
    });
  } finally {
    await app.close();
  }
});

test('what is held stays wanted upstream with nobody connected, also after a restart; what was only asked about is let go', async () => {
  const clock = createTestClock();
  const app = await startApp({ clock });
  const { cookie } = await app.signUp();
  const buy = (by: typeof app, symbol: string) =>
    by.request('POST', '/api/orders', {
      cookie,
      headers: { 'idempotency-key': symbol },
      body: { symbol, side: 'buy', type: 'market', quantity: 1 },
    });
  const buying = buy(app, 'AAPL');
  await until(() => app.market.wanted().has('AAPL'), 'AAPL is wanted');
  app.market.tick('AAPL', 100);
  expect((await buying).status).toBe(201);
  const filled = async () => (await app.request('GET', '/api/orders?status=filled', { cookie })).body.data;
  await until(async () => ((await filled()) as unknown[]).length === 1, 'AAPL is held');
  expect((await buy(app, 'MSFT')).body).toMatchObject({ code: 'NO_QUOTE' });
  expect(app.market.wanted()).toEqual(new Set(['AAPL', 'MSFT']));
  await until(() => {
    clock.advance(5_000);
    return !app.market.wanted().has('MSFT');
  }, 'MSFT is let go');
  expect(app.market.wanted()).toEqual(new Set(['AAPL']));
  await app.stop();

  const restarted = await startApp({ dataDir: app.dataDir });
  try {
    expect(restarted.market.wanted()).toEqual(new Set(['AAPL']));
    // Judged when there is a quote of the one, with that of the other.
    const adding = buy(restarted, 'QQQ');
    await until(() => restarted.market.wanted().has('QQQ'), 'QQQ is wanted');
    restarted.market.tick('AAPL', 101);
    restarted.market.tick('QQQ', 400);
    expect((await adding).status).toBe(201);
  } finally {
    await restarted.close();
  }
});

test('health tells a feed that is down, and is ready all the same', async () => {
  const app = await startApp();
  try {
    const health = async () => (await app.request('GET', '/health/websocket')).body;
    await until(async () => (await health()).status === 'healthy', 'the executor trades');
    expect(await health()).toMatchObject({
      feed: { source: 'simulated', state: 'live', leader: expect.stringMatching(/^replica-/) },
    });
    app.market.status({ state: 'down', detail: 'the cable is out' });
    expect(await health()).toMatchObject({
      status: 'degraded',
      problems: ['The feed is down.'],
      feed: { state: 'down', detail: 'the cable is out' },
    });
    const ready = await app.request('GET', '/ready');
    expect(ready).toMatchObject({
      status: 200,
      body: { checks: { feed: 'down: the cable is out', database: 'ok' } },
    });
  } finally {
    await app.close();
  }
});

test('metrics tell connections, messages by event, feed and database', async () => {
  const app = await startApp({ env: METRICS_ENV });
  try {
    const socket = await app.connect(await app.signUp());
    await ask(socket, 'subscribe:watchlist', ['AAPL']);
    await until(() => app.market.wanted().has('AAPL'), 'AAPL is wanted');
    app.market.tick('AAPL', 100);
    await next(socket, 'quote:update', ({ price }) => price === 100);
    const lines = (await readMetrics(app)).split('\n');
    const value = (name: string): number =>
      Number(
        lines
          .find((line) => line.startsWith(name))
          ?.split(' ')
          .at(-1),
      );
    expect(value('tradecast_connections ')).toBe(1);
    expect(value('tradecast_users ')).toBe(1);
    expect(value('tradecast_messages_out_total{event="connected"}')).toBe(1);
    expect(value('tradecast_messages_out_total{event="subscription:confirmed"}')).toBe(1);
    expect(value('tradecast_messages_in_total{event="subscribe:watchlist",outcome="ok"}')).toBe(1);
    expect(value('tradecast_messages_out_total{event="quote:update"}')).toBeGreaterThanOrEqual(1);
    expect(value('tradecast_feed_ticks_total')).toBe(2);
    expect(value('tradecast_feed_age_seconds')).toBeLessThan(10);
    expect(value('tradecast_database_seconds_count')).toBeGreaterThan(0);
    expect(value('tradecast_nodejs_eventloop_lag_seconds')).toBeGreaterThanOrEqual(0);
  } finally {
    await app.close();
  }
});

test('an account that was filled on another market can still buy on this one', async () => {
  const first = await startApp();
  const session = await first.signUp();
  const buy = async (app: typeof first, symbol: string) => {
    const socket = await app.connect(session);
    await ask(socket, 'subscribe:trades');
    await ask(socket, 'subscribe:watchlist', [symbol]);
    await until(() => app.market.wanted().has(symbol), `${symbol} is wanted`);
    app.market.tick(symbol, 10);
    await next(socket, 'quote:update', (quote) => quote.symbol === symbol);
    const executed = next(socket, 'trade:executed');
    const order = { clientOrderId: symbol, symbol, side: 'buy', type: 'market', quantity: 1 } as const;
    expect(await ask(socket, 'order:place', order)).toMatchObject({ ok: true });
    await executed;
  };
  await buy(first, 'AMZN');
  await first.stop();

  const second = await startApp({ dataDir: first.dataDir, market: createScriptedMarket(['SPY']) });
  try {
    await buy(second, 'SPY');
  } finally {
    await second.close();
  }
});
