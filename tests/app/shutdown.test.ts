import { mkdtemp } from 'node:fs/promises';
import { connect } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { pino } from 'pino';
import { freePort } from '../../local/server-process.ts';
import { startApp } from '../../rig/app.ts';
import { ask } from '../../rig/clients/ask.ts';
import { next } from '../../rig/clients/stock-client.ts';
import { prepareDataDir } from '../../rig/database/database.ts';
import { createScriptedMarket } from '../../rig/stand-ins/scripted-market.ts';
import { until } from '../../rig/wait.ts';
import { createMarketSource } from '../../src/app/feeds.ts';
import { createApp, StartCancelledError } from '../../src/app/index.ts';
import { readConfig } from '../../src/config/index.ts';
import { createMarketHours } from '../../src/domain/market/market-hours.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { STOP_GRACE_MS } from '../../src/realtime/connections.ts';
import { SLICE_MS } from '../../src/realtime/drain.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { openRaw } from '../support/raw-client.ts';

/** In which a drain of a second closes connections. */
const SLICES = 1_000 / SLICE_MS;

test('a shutdown turns readiness red, tells every client when to come back and closes them one after the other', async () => {
  const clock = createManualClock(Date.now());
  const app = await startApp({ clock, env: { DRAIN_SECONDS: '1' } });
  const session = await app.signUp();
  const sockets = await Promise.all([1, 2, 3, 4].map(() => app.connect(session)));
  const notices = sockets.map((socket) => next(socket, 'server:shutdown'));
  const ends: string[] = [];
  for (const socket of sockets) socket.once('disconnect', (why) => ends.push(why));
  expect((await app.request('GET', '/ready')).status).toBe(200);
  const closing = app.close();

  const told = (await Promise.all(notices)).map(({ reconnectInMs }) => reconnectInMs);
  expect(new Set(told).size).toBe(4);
  expect(Math.min(...told)).toBeGreaterThan(0);
  expect(await app.request('GET', '/ready')).toMatchObject({
    status: 503,
    body: { status: 'not ready', checks: { draining: 'yes', database: 'ok' } },
  });
  const late = app.open({ auth: { sessionID: session.sessionID } });
  const refusal = await new Promise<Error & { data?: unknown }>((resolve) =>
    late.once('connect_error', resolve),
  );
  expect(refusal.message).toBe('Service unavailable');
  expect(refusal.data).toMatchObject({ code: 'UNAVAILABLE', retryable: true });

  // Only a closed transport makes a stock client come back by itself, and all at once would be a stampede.
  for (let slice = 1; slice <= SLICES; slice++) {
    clock.advance(SLICE_MS);
    await new Promise(setImmediate);
    const due = Math.ceil((sockets.length * slice) / SLICES);
    await until(() => ends.length >= due, 'those are closed whose turn it is');
    expect(ends).toEqual(Array(due).fill('transport close'));
  }
  await closing;
});

test('the port stays open for the time of the drain although nobody is connected: proxies have yet to notice', async () => {
  const clock = createManualClock(Date.now());
  const app = await startApp({ clock, env: { DRAIN_SECONDS: '1' } });
  let closed = false;
  const closing = app.stop().then(() => {
    closed = true;
  });
  await until(async () => (await app.request('GET', '/ready')).status === 503, 'the drain has begun');
  for (let slice = 1; slice < SLICES; slice++) {
    clock.advance(SLICE_MS);
    const answer = await app.request('GET', '/health');
    expect([answer.status, answer.headers.get('connection')]).toEqual([200, 'close']);
  }
  expect(closed).toBe(false);
  clock.advance(SLICE_MS);
  await closing;
  await app.close();
});

test('a request that has arrived is answered, the last on its connection, and one that never arrives whole is not waited for', async () => {
  const app = await startApp();
  const session = await app.signUp();
  // Its first quote is waited for: the answer takes a second and a half.
  const order = {
    clientOrderId: 'waits',
    symbol: 'IBM',
    side: 'buy',
    type: 'limit',
    quantity: 1,
    limitPrice: 100,
  };
  const placing = app.request('POST', '/api/orders', { cookie: session.cookie, body: order });
  await until(() => app.market.wanted().has('IBM'), 'the order waits for a quote');
  const stalled = connect(app.port, '127.0.0.1').resume();
  const cut = new Promise((resolve) => stalled.once('close', resolve));
  await new Promise<void>((resolve) =>
    stalled.write('POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{', () => resolve()),
  );
  const closing = app.close();
  const placed = await placing;
  expect(placed).toMatchObject({ status: 422, body: { code: 'NO_QUOTE' } });
  expect(placed.headers.get('connection')).toBe('close');
  await Promise.all([closing, cut]);
});

test('a stop in the middle of the start cancels it and leaves nothing running', async () => {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'tradecast-test-'));
  await prepareDataDir(dataDir);
  const { config, secrets } = readConfig({
    NODE_ENV: 'test',
    PORT: '0',
    DATA_DIR: dataDir,
    DEMO_ACCOUNT: 'false',
  });
  const app = await createApp(config, secrets, {
    log: pino({ level: 'silent' }),
    marketSource: createScriptedMarket(),
  });
  const starting = app.start();
  await Promise.all([app.stop(), expect(starting).rejects.toThrow(StartCancelledError)]);
  // The folder is free again.
  const again = await startApp({ dataDir });
  await again.close();
});

test('a stop in the middle of the start closes the port before the parts behind it stop', async () => {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'tradecast-test-'));
  await prepareDataDir(dataDir);
  const port = await freePort();
  const { config, secrets } = readConfig({
    NODE_ENV: 'test',
    PORT: String(port),
    DATA_DIR: dataDir,
    MARKET_HOURS: 'always',
  });
  const log = pino({ level: 'silent' });
  const { clock, hours } = { clock: systemClock, hours: createMarketHours('always') };
  const source = createMarketSource(config.market.feed, { secrets: secrets.market, clock, hours, log });
  const isOpen = (): Promise<boolean> =>
    new Promise((resolve) => {
      const probe = connect(port, '127.0.0.1');
      probe.once('connect', () => resolve(true)).once('error', () => resolve(false));
      probe.once('connect', () => probe.destroy());
    });
  const seen: string[] = [];
  let goOn = (): void => {};
  const held = new Promise<void>((resolve) => (goOn = resolve));
  const app = createApp(config, secrets, {
    log,
    marketSource: {
      ...source,
      feed: {
        ...source.feed,
        async stop() {
          seen.push(
            (await isOpen()) ? 'the feed stops, the port is open' : 'the feed stops, the port is closed',
          );
          await source.feed.stop();
        },
      },
    },
    wrap: {
      // The first order of the demo account, in the last part of the start.
      ledger: (ledger) => ({
        ...ledger,
        async place(query, judge) {
          seen.push((await isOpen()) ? 'an order, the port is open' : 'an order, the port is closed');
          await held;
          return ledger.place(query, judge);
        },
      }),
    },
  });
  const starting = app.start();
  await until(() => seen.length > 0, 'the demo account places an order');
  const stopping = app.stop();
  goOn();
  await Promise.all([stopping, starting.catch(() => {})]);
  expect(seen).toContain('an order, the port is open');
  expect(seen.at(-1)).toBe('the feed stops, the port is closed');
});

test('stopping twice is stopping once: both calls end with the service gone', async () => {
  const app = await startApp();
  await Promise.all([app.stop(), app.stop()]);
  await expect(fetch(`${app.url}/health`)).rejects.toThrow();
  await app.close();
});

test('a client that never finishes its request does not hold up the shutdown', async () => {
  const app = await startApp();
  const stalled = connect(app.port, '127.0.0.1');
  const cut = new Promise((resolve) => stalled.once('close', resolve));
  await new Promise<void>((resolve) => stalled.write('POST /api/auth/login HT', () => resolve()));
  await app.close();
  await cut;
  await expect(fetch(`${app.url}/health`)).rejects.toThrow();
});

test('a client that has stopped reading is cut after the time for requests in flight, and the shutdown goes on', async () => {
  const clock = createManualClock(Date.now());
  const app = await startApp({ clock });
  const raw = await openRaw(app.port, await app.signUp());
  raw.pause();
  let isStopped = false;
  const stopping = app.stop().then(() => {
    isStopped = true;
  });
  // Deliveries to clients are counted until the last of them has gone.
  await until(() => clock.pending() === 2, 'the timers left are those of the cut and of that count');
  clock.advance(STOP_GRACE_MS - 1);
  expect([isStopped, clock.pending()]).toEqual([false, 2]);
  clock.advance(1);
  await stopping;
  raw.resume();
  await raw.closed;
  await app.close();
});

test('a service started again on its data has everything, and a client catches up from where it was', async () => {
  const first = await startApp();
  const session = await first.signUp();
  const socket = await first.connect(session);
  const { epoch } = (await ask(socket, 'subscribe:trades')) as { epoch: string };
  const report = (id: string) => ({
    eventId: id,
    userId: session.user.id,
    type: 'executed',
    trade: { id, symbol: 'AAPL', side: 'buy', quantity: 1, price: 1.5 },
  });
  await first.hook('/hooks/trades', report('one'));
  await first.hook('/hooks/trades', report('two'));
  await first.stop();

  const second = await startApp({ dataDir: first.dataDir });
  try {
    const again = await second.connect(session);
    const seqs: number[] = [];
    again.on('trade:executed', ({ seq }) => seqs.push(seq));
    expect(await ask(again, 'subscribe:trades', { epoch, after: 1 })).toMatchObject({
      recovered: true,
      head: 2,
    });
    await until(() => seqs.length > 0, 'the missed event');
    expect(seqs).toEqual([2]);
    expect((await second.hook('/hooks/trades', report('two'))).body).toMatchObject({
      data: { duplicate: true, seq: 2 },
    });
  } finally {
    await second.close();
  }
});
