import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type SignedIn, startApp, type TestApp } from '../../../rig/app.ts';
import { createTestClock } from '../../../rig/clock.ts';
import { METRICS_ENV, readMetrics } from '../../../rig/metrics.ts';
import { until } from '../../../rig/wait.ts';
import { LINGER_MS } from '../../../src/domain/market/engine-demand.ts';
import { contractSymbol } from '../../../src/protocol/symbol.ts';
import { connectPlain, type PlainClient } from '../../support/plain-client.ts';

const CONTRACTS = Array.from({ length: 200 }, (_, at) =>
  contractSymbol({ root: 'SPY', expiry: '2099-06-19', right: 'call', strike: 400 + at }),
);
const CALL = CONTRACTS[0]!;

const clock = createTestClock();
let app: TestApp;
let good: PlainClient;
const clients: PlainClient[] = [];
beforeAll(async () => {
  app = await startApp({
    clock,
    env: { ...METRICS_ENV, FLUSH_INTERVAL_MS: '10', RATE_LIMITS: 'http:register=1000/60' },
  });
});
beforeEach(async () => {
  good = await watch(await app.signUp());
});
afterEach(() => {
  for (const { ws } of clients.splice(0)) ws.terminate();
});
afterAll(() => app.close());

/** A client of this session that watches the contracts. */
async function watch({ cookie }: SignedIn, contracts: readonly string[] = CONTRACTS): Promise<PlainClient> {
  const client = await connectPlain(app.port, { headers: { cookie } });
  clients.push(client);
  client.send({ type: 'subscribe_options', contractIds: contracts });
  expect(await client.next('subscribed_options')).toMatchObject({ contractIds: contracts, rejected: [] });
  const wanted = app.market.contracts.wanted;
  await until(() => contracts.every((contract) => wanted().has(contract)), 'all are wanted');
  return client;
}

/** The price that a client saw last, by contract. */
const latest = ({ messages }: PlainClient): ReadonlyMap<string, number | undefined> =>
  new Map(
    messages('option_update')
      .slice(-10 * CONTRACTS.length)
      .map(({ data }) => [data.contractId, data.price]),
  );
/**
 * A new price of every contract, until the good client has it. It is told again, because the engine hears nothing while
 * it takes its lease anew after a jump of the clock.
 */
async function moveAll(price: number): Promise<void> {
  await until(() => {
    const prices = latest(good);
    if (CONTRACTS.every((contract) => prices.get(contract) === price)) return true;
    for (const contract of CONTRACTS) app.market.contracts.tick(contract, price);
    return false;
  }, `the price ${price}`);
}

/** The value of one line of /metrics. */
async function metric(name: string): Promise<number> {
  const line = (await readMetrics(app))
    .split('\n')
    .find((text) => text.startsWith(`${name} `) || text.startsWith(`${name}{`));
  return Number(line?.split(' ').at(-1) ?? Number.NaN);
}

describe('a reader of contracts that has paused', () => {
  /** Until much more is due to it than may be on its way; answers with the last price. */
  async function moveUntilConflated(first: number, enough = 1_000): Promise<number> {
    const before = await metric('tradecast_quotes_conflated_total');
    let price = first;
    for (; (await metric('tradecast_quotes_conflated_total')) < before + enough; price++) {
      expect(price).toBeLessThan(first + 1_000);
      await moveAll(price);
    }
    return price - 1;
  }

  test('costs at most 1 MB, holds up nobody, and gets the latest of each contract when it reads on', async () => {
    const slow = await watch(await app.signUp());
    slow.ws.pause();
    const price = await moveUntilConflated(100);
    clock.advance(1_000);
    expect(await metric('tradecast_socket_queue_bytes')).toBeLessThan(100_000);
    slow.ws.resume();
    await until(
      () => CONTRACTS.every((contract) => latest(slow).get(contract) === price),
      'the latest of each contract has arrived',
    );
    expect(slow.messages('option_update').length).toBeLessThan(good.messages('option_update').length);
  });

  test('is closed with 4408 after 30 seconds, and its neighbour reads on', async () => {
    const slow = await watch(await app.signUp());
    slow.ws.pause();
    const price = await moveUntilConflated(2_000);
    clock.advance(1_000);
    clock.advance(28_000);
    expect(await metric('tradecast_connections_closed_total{reason="slow_consumer"}')).toBe(0);
    clock.advance(3_000);
    slow.ws.resume();
    expect(await slow.closed).toEqual({ code: 4408, reason: 'slow_consumer' });
    await moveAll(price + 1);
    expect(good.ws.readyState).toBe(good.ws.OPEN);
  });
});

describe('the end of a session', () => {
  const OTHER = contractSymbol({ root: 'AAPL', expiry: '2099-06-19', right: 'put', strike: 200 });

  test.each<[name: string, reason: string, end: (session: SignedIn) => Promise<{ status: number }>]>([
    ['a logout', 'logout', ({ cookie }) => app.request('POST', '/api/auth/logout', { cookie })],
    [
      'a ban',
      'banned',
      ({ user }) => app.hook('/hooks/ban', { eventId: user.id, userId: user.id, banned: true }),
    ],
  ])('by %s ends the stream of its contracts at once, and of no one else', async (_how, reason, end) => {
    const session = await app.signUp();
    const leaving = await watch(session, [CALL, OTHER]);
    app.market.contracts.tick(OTHER, 7);
    await until(() => latest(leaving).get(OTHER) === 7, 'it has its contract');
    expect([202, 204]).toContain((await end(session)).status);
    expect(await leaving.closed).toEqual({ code: 4401, reason: 'revoked' });
    expect(leaving.messages('session_revoked')).toEqual([{ type: 'session_revoked', reason }]);

    const before = leaving.texts.length;
    await moveAll(3_000);
    expect(leaving.texts).toHaveLength(before);
    // Nobody else watches it.
    clock.advance(LINGER_MS);
    await until(() => {
      // In small steps: a signed hook is good for minutes only.
      clock.advance(100);
      return !app.market.contracts.wanted().has(OTHER);
    }, 'the contract is no longer wanted');
    expect(app.market.contracts.wanted().has(CALL)).toBe(true);
  });
});

test('a drain tells each reader of contracts when to come back, and serves it until its turn', async () => {
  const other = await startApp({ env: { DRAIN_SECONDS: '1', FLUSH_INTERVAL_MS: '10' } });
  const { cookie } = await other.signUp();
  const readers = await Promise.all(
    [1, 2, 3, 4].map(() => connectPlain(other.port, { headers: { cookie } })),
  );
  for (const reader of readers) {
    reader.send({ type: 'subscribe_options', contractIds: [CALL] });
    await reader.next('subscribed_options');
  }
  await until(() => other.market.contracts.wanted().has(CALL), 'the contract is wanted');
  const stopped = other.stop();
  const notices = await Promise.all(readers.map(({ next }) => next('server_shutdown')));
  expect(new Set(notices.map(({ reconnectInMs }) => reconnectInMs)).size).toBe(readers.length);
  other.market.contracts.tick(CALL, 9);
  const lastReader = readers.at(-1)!;
  expect((await lastReader.next('option_update')).data).toMatchObject({ contractId: CALL, price: 9 });
  for (const { closed } of readers) expect(await closed).toEqual({ code: 1012, reason: 'drain' });
  await stopped;
  await other.close();
});
