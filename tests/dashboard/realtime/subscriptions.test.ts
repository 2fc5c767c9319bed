/** @jest-environment node */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { WATCHLIST_ACK } from '../support/answers.ts';
import { deskOn, type TestDesk } from '../support/desk.ts';
import { type Double, startDouble } from '../support/double.ts';
import { quoteOf } from '../support/fixtures.ts';
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
  const symbols = namesFrom(50);
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

test('a name that is no symbol is left out, so that it does not cost the others their quotes', async () => {
  page.desk.subscriptions.subjects('quote', ['not a symbol', 'AAPL', 'O:SPY251219C00650000']);
  page.desk.subscriptions.subjects('option', ['AAPL', 'O:SPY251399C00650000', 'O:SPY251219C00650000']);
  advance(20);
  await settled();
  expect(asked('subscribe:watchlist')).toEqual([['AAPL']]);
  expect(asked('subscribe:options')).toEqual([['O:SPY251219C00650000']]);
  expect(page.desk.subscriptions.wanted('quote')).toEqual(['AAPL']);
});

/** A server with room for so many symbols, which refuses lists with one of `unread`. */
function watching({ room, unread = [] }: { room: number; unread?: readonly string[] }) {
  const held = new Set<string>();
  const list = (payload: unknown) => payload as string[];
  server.answers['subscribe:watchlist'] = (payload) => {
    const symbols = list(payload);
    if (symbols.some((symbol) => unread.includes(symbol)))
      return { ok: false, code: 'VALIDATION', message: 'Expected symbols' };
    if (new Set([...held, ...symbols]).size > room)
      return { ok: false, code: 'SYMBOL_LIMIT', message: `Symbol limit exceeded (max ${room})` };
    for (const symbol of symbols) held.add(symbol);
    return { ...WATCHLIST_ACK, symbols };
  };
  server.answers['unsubscribe:watchlist'] = (payload) => {
    for (const symbol of list(payload)) held.delete(symbol);
    return { ...WATCHLIST_ACK, symbols: list(payload) };
  };
  return held;
}
/** `SA`, `SB`, … of two letters from `SA` on. */
const namesFrom = (count: number) =>
  Array.from({ length: count }, (_, index) => `S${String.fromCharCode(65 + (index % 26), 65 + index / 26)}`);

test('a list of which the server cannot read one name is asked for in parts: the others get their quotes', async () => {
  const symbols = namesFrom(20);
  const held = watching({ room: 50, unread: [symbols[13]!] });
  page.desk.subscriptions.subjects('quote', symbols);
  advance(20);
  await until(() => held.size === 19);
  await settled();
  const questions = asked('subscribe:watchlist').length;
  advance(300_000);
  await settled();
  expect(asked('subscribe:watchlist')).toHaveLength(questions);
});

test('a server with less room than usual gives all of it, and again when something is dropped', async () => {
  const symbols = namesFrom(50);
  const held = watching({ room: 30 });
  page.desk.subscriptions.subjects('quote', symbols.slice(0, 5));
  const drop = page.desk.subscriptions.subjects('quote', symbols.slice(5, 25));
  page.desk.subscriptions.subjects('quote', symbols.slice(25));
  advance(20);
  await until(() => held.size === 30);
  await settled();
  // Within the server's limit of ten a minute.
  expect(asked('subscribe:watchlist').length).toBeLessThanOrEqual(10);
  drop();
  advance(5_000);
  await until(() => symbols.slice(25).every((symbol) => held.has(symbol)));
});

test('a symbol that found the connection full is asked for when another is dropped', async () => {
  const symbols = namesFrom(50);
  const list = page.desk.subscriptions.subjects('quote', symbols);
  advance(20);
  await settled();
  page.desk.subscriptions.subjects('quote', ['AAPL']);
  advance(20);
  await settled();
  expect(asked('subscribe:watchlist')).toHaveLength(1);
  list();
  advance(5_000);
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

const shown = () => Object.keys(page.desk.states.quote.getState().bySubject);

test('the value of a symbol stays while anybody wants it, and goes once the server pushes no more of it', async () => {
  const list = page.desk.subscriptions.subjects('quote', ['AAPL', 'MSFT', 'NVDA']);
  const chart = page.desk.subscriptions.subjects('quote', ['AAPL']);
  advance(20);
  await settled();
  for (const symbol of ['AAPL', 'MSFT', 'NVDA']) server.quote(symbol);
  await until(() => shown().length === 3);
  list();
  advance(4_999);
  await settled();
  expect(shown()).toEqual(['AAPL', 'MSFT', 'NVDA']);
  advance(1);
  await until(() => shown().length === 1);
  expect(shown()).toEqual(['AAPL']);
  chart();
  advance(5_000);
  await until(() => shown().length === 0);
});

test('without a connection last known values stay, and a new connection forgets those that nobody wants', async () => {
  const list = page.desk.subscriptions.subjects('quote', ['AAPL', 'MSFT']);
  page.desk.subscriptions.subjects('quote', ['AAPL']);
  advance(20);
  await settled();
  for (const symbol of ['AAPL', 'MSFT']) server.quote(symbol);
  await until(() => shown().length === 2);
  const { connection } = page.desk;
  server.cut();
  await until(() => !connection.state.getState().connected);
  list();
  connection.wake();
  expect(shown()).toEqual(['AAPL', 'MSFT']);
  await until(() => connection.state.getState().connected);
  await until(() => shown().length === 1);
  expect(shown()).toEqual(['AAPL']);
});

test('a value that was requested before its symbol was let go of is not kept', async () => {
  const answering = Promise.withResolvers<unknown>();
  server.routes['GET /api/quotes'] = () => answering.promise;
  page.desk.subscriptions.subjects('quote', ['AAPL']);
  const release = page.desk.subscriptions.subjects('quote', ['MSFT']);
  const loaded = page.desk.loadState('quote');
  await until(() => server.requests('GET', '/api/quotes').length === 1);
  release();
  answering.resolve([quoteOf('AAPL'), quoteOf('MSFT')]);
  await loaded;
  await until(() => shown().length > 0);
  expect(shown()).toEqual(['AAPL']);
});
