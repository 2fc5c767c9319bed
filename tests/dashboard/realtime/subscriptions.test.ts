/** @jest-environment node */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { deskOn, type TestDesk } from '../support/desk.ts';
import { type Double, startDouble } from '../support/double.ts';
import { until } from '../support/until.ts';

let server: Double;
let page: TestDesk;

beforeEach(async () => {
  server = await startDouble();
  page = deskOn(server.url);
  page.desk.start();
  await until(() => page.desk.connection.state.getState().connected);
});
afterEach(async () => {
  page.desk.stop();
  await server.close();
});

const advance = (ms: number) => page.timers.advance(ms);
const asked = (event: Parameters<Double['emitted']>[0]) =>
  server.emitted(event).map(({ payload }) => payload);
/** The server has handled all that was sent before: an answered question proves it. */
const settled = () => new Promise<void>((resolve) => page.desk.emit('time:sync', { t0: 0 }, () => resolve()));

test('a panel that unmounts and mounts again within a minute costs no second subscription', async () => {
  const release = page.desk.subscriptions.channel('portfolio');
  release();
  const again = page.desk.subscriptions.channel('portfolio');
  advance(120_000);
  await settled();
  expect(asked('subscribe:portfolio')).toHaveLength(1);
  expect(asked('unsubscribe:portfolio')).toHaveLength(0);
  again();
  advance(60_000);
  await settled();
  expect(asked('unsubscribe:portfolio')).toHaveLength(1);
});

test('two panels share one subscription, and the first to leave does not end it', async () => {
  const first = page.desk.subscriptions.channel('portfolio');
  page.desk.subscriptions.channel('portfolio');
  first();
  first();
  advance(120_000);
  await settled();
  expect(asked('subscribe:portfolio')).toHaveLength(1);
  expect(asked('unsubscribe:portfolio')).toHaveLength(0);
});

test('symbols asked for together go out in one message', async () => {
  page.desk.subscriptions.subjects('quote', ['AAPL', 'MSFT']);
  page.desk.subscriptions.subjects('quote', ['MSFT', 'NVDA']);
  advance(20);
  await settled();
  expect(asked('subscribe:watchlist')).toEqual([['AAPL', 'MSFT', 'NVDA']]);
});

test('a symbol is let go of only when nobody wants it, after a while, and together with others', async () => {
  const list = page.desk.subscriptions.subjects('quote', ['AAPL', 'MSFT', 'NVDA']);
  page.desk.subscriptions.subjects('quote', ['AAPL']);
  advance(20);
  list();
  advance(4_999);
  await settled();
  expect(asked('unsubscribe:watchlist')).toEqual([]);
  advance(1);
  await settled();
  expect(asked('unsubscribe:watchlist')).toEqual([['MSFT', 'NVDA']]);
});

test('a rate limit is waited out for as long as the server says, and then asked again', async () => {
  server.answers['subscribe:portfolio'] = () => ({
    ok: false,
    code: 'RATE_LIMITED',
    message: 'Rate limit exceeded for subscribe:portfolio',
    retryAfterMs: 42_000,
  });
  page.desk.subscriptions.channel('portfolio');
  await until(() => page.timers.waits().includes(42_000));
  delete server.answers['subscribe:portfolio'];
  advance(41_999);
  await settled();
  expect(asked('subscribe:portfolio')).toHaveLength(1);
  advance(1);
  await until(() => asked('subscribe:portfolio').length === 2);
  await until(() => page.desk.states.portfolio.getState().bySubject['']);
});

test('a channel that is refused for a while is filled in over HTTP, and no longer once it flows', async () => {
  server.answers['subscribe:portfolio'] = () => ({
    ok: false,
    code: 'RATE_LIMITED',
    message: 'Rate limit exceeded for subscribe:portfolio',
    retryAfterMs: 42_000,
  });
  page.desk.subscriptions.channel('portfolio');
  await until(() => page.desk.subscriptions.isRefused('portfolio'));
  const polls = () => server.requests('GET', '/api/portfolio').length;
  const before = polls();
  advance(5_000);
  await until(() => polls() === before + 1);
  delete server.answers['subscribe:portfolio'];
  advance(37_000);
  await until(() => asked('subscribe:portfolio').length === 2);
  // One each five seconds of the forty-two.
  await until(() => polls() === before + 8);
  advance(20_000);
  await settled();
  expect(polls()).toBe(before + 8);
});

test('symbols wanted during a rate limit wait for its end and go out with the others', async () => {
  server.answers['subscribe:watchlist'] = () => ({
    ok: false,
    code: 'RATE_LIMITED',
    message: 'Rate limit exceeded for subscribe:watchlist',
    retryAfterMs: 30_000,
  });
  page.desk.subscriptions.subjects('quote', ['AAPL']);
  advance(20);
  await until(() => page.timers.waits().includes(30_000));
  delete server.answers['subscribe:watchlist'];
  page.desk.subscriptions.subjects('quote', ['TSLA']);
  advance(1_000);
  await settled();
  expect(asked('subscribe:watchlist')).toEqual([['AAPL']]);
  advance(29_000);
  await until(() => asked('subscribe:watchlist').length === 2);
  expect(asked('subscribe:watchlist')[1]).toEqual(['AAPL', 'TSLA']);
});

test('a refusal that time does not mend is not repeated', async () => {
  server.answers['subscribe:watchlist'] = () => ({
    ok: false,
    code: 'UNKNOWN_SYMBOL',
    message: 'None of these symbols is known',
  });
  page.desk.subscriptions.subjects('quote', ['ZZZZ']);
  advance(20);
  await settled();
  advance(300_000);
  await settled();
  expect(asked('subscribe:watchlist')).toEqual([['ZZZZ']]);
});

test('never more symbols than a connection may have: what nobody wants makes room at once', async () => {
  const symbols = Array.from({ length: 50 }, (_, index) => `S${index}`);
  const old = page.desk.subscriptions.subjects('quote', symbols);
  advance(20);
  await settled();
  old();
  page.desk.subscriptions.subjects('quote', ['AAPL']);
  advance(20);
  await settled();
  expect(asked('unsubscribe:watchlist')).toEqual([symbols]);
  expect(asked('subscribe:watchlist')[1]).toEqual(['AAPL']);
});

test('components that emit their subscription on every mount, as simple ones do, ask the server once', async () => {
  const { emit } = page.desk;
  for (let mount = 0; mount < 3; mount += 1) {
    emit('subscribe:portfolio');
    emit('subscribe:trades');
    emit('subscribe:watchlist', ['AAPL', 'tsla', 'BACpL']);
  }
  advance(20);
  await until(() => asked('subscribe:trades').length === 1);
  await settled();
  expect(asked('subscribe:portfolio')).toHaveLength(1);
  expect(asked('subscribe:trades')).toHaveLength(1);
  expect(asked('subscribe:watchlist')).toEqual([['AAPL', 'TSLA', 'BACpL']]);
  emit('unsubscribe:watchlist', ['AAPL']);
  advance(5_000);
  await settled();
  expect(asked('unsubscribe:watchlist')).toEqual([['AAPL']]);
});

test('without a connection an emit is refused through its ack instead of being sent at some later time', async () => {
  page.desk.connection.stop();
  const answers: unknown[] = [];
  page.desk.emit('time:sync', { t0: 1 }, (answer) => answers.push(answer));
  expect(answers).toEqual([{ ok: false, code: 'UNAVAILABLE', message: expect.any(String) }]);
});
