import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startApp, type TestApp } from '../../rig/app.ts';
import { ask } from '../../rig/clients/ask.ts';
import { until } from '../../rig/wait.ts';
import type { WebSocketHealthPayload } from '../../src/protocol/health-payloads.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const health = async () =>
  (await app.request('GET', '/health/websocket')).body as unknown as WebSocketHealthPayload;
const metric = async (name: string): Promise<string | undefined> => {
  const text = String((await app.request('GET', '/metrics')).body.text);
  return text
    .split('\n')
    .find((line) => line.startsWith(name))
    ?.slice(name.length + 1);
};

test('health and metrics show both feeds: connection, state, age, and how much each serves', async () => {
  const socket = await app.connect(await app.signUp());
  await ask(socket, 'subscribe:watchlist', ['AAPL', 'MSFT']);
  await ask(socket, 'subscribe:options', [
    'O:AAPL990619C00200000',
    'O:MSFT990619P00400000',
    'O:MSFT990619C00400000',
  ]);
  await until(() => app.market.contracts.wanted().size === 3 && app.market.wanted().size === 2, 'demand');
  app.market.contracts.tick('O:AAPL990619C00200000', 12);
  const { feed, feeds, activeConnections } = await health();
  expect(activeConnections).toBe(1);
  expect(feeds.stocks).toEqual({ ...feed, connected: true, subscribed: 2 });
  expect(feeds.options).toMatchObject({ source: 'simulated', state: 'live', connected: true, subscribed: 3 });
  expect(feeds.options.leader).toBe(feed.leader);
  expect(feeds.options.lastTickAgeMs).toBeGreaterThanOrEqual(0);
  expect(feeds.stocks.lastTickAgeMs).toBeNull();
  expect(await metric('tradecast_feed_subscribed{feed="options"}')).toBe('3');
  expect(await metric('tradecast_options_feed_ticks_total')).toBe('2');
  expect(await metric('tradecast_options_feed_state{state="live"}')).toBe('1');
});

test('trouble with one feed is told of that one', async () => {
  app.market.contracts.status({ state: 'down', detail: 'upstream closed the connection' });
  const { status, problems, feed, feeds } = await health();
  expect([status, problems]).toEqual(['degraded', ['The feed of option contracts is down.']]);
  expect(feeds.options).toMatchObject({ connected: false, detail: 'upstream closed the connection' });
  expect([feed.state, feeds.stocks.connected]).toEqual(['live', true]);
  expect(await metric('tradecast_options_feed_state{state="down"}')).toBe('1');
  expect(await metric('tradecast_feed_state{state="live"}')).toBe('1');
});

test('a plan without option contracts is no fault of the service', async () => {
  app.market.contracts.status({ state: 'refused', detail: 'the plan has no options' });
  const { status, feeds } = await health();
  expect([status, feeds.options.state]).toEqual(['healthy', 'refused']);
});
