/** @jest-environment node */

import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { PROTOCOL_VERSION } from '../../../src/protocol/version.ts';
import { deskOn, type TestDesk } from '../support/desk.ts';
import { type Double, startDouble } from '../support/double.ts';
import { executed, PORTFOLIO, quoteOf } from '../support/fixtures.ts';
import { until } from '../support/until.ts';

let server: Double;
let page: TestDesk;

beforeEach(async () => {
  server = await startDouble();
  page = deskOn(server.url);
});
afterEach(async () => {
  page.desk.stop();
  await server.close();
});

const state = () => page.desk.connection.state.getState();
const connected = () => until(() => state().connected);
/** The subscriptions that the page's panels make. */
const watch = (...symbols: string[]) => {
  page.desk.subscriptions.channel('portfolio');
  page.desk.subscriptions.subjects('quote', symbols);
};
/** Past the wait that gathers symbols asked for together. */
const gather = () => page.timers.advance(20);
/** A life long enough to count as one. */
const live = () => page.timers.advance(5_000);

/** Makes the next failed connect happen and answers with the wait that follows it. */
async function failNext(failures: number): Promise<number> {
  await until(() => state().failures === failures && state().retryAt !== null);
  return state().retryAt! - page.timers.now();
}

describe('connecting', () => {
  test('the session goes with the handshake, and the round trip is measured', async () => {
    page.desk.start();
    await connected();
    // The page is still loading: what it would measure is its own work.
    expect(state().latencyMs).toBeNull();
    page.timers.advance(2_000);
    await until(() => state().latencyMs !== null);
    const [socket] = [...server.io.sockets.sockets.values()];
    expect(socket?.handshake.auth).toEqual({
      sessionID: 's1',
      userId: 'u1',
      userName: 'Ada Lovelace',
      delta: true,
      protocol: PROTOCOL_VERSION,
    });
    expect(state().status).toBe('connected');
    expect(state().replica).toBe('one');
  });

  test('a page that no replica understands any more says so, goes on by HTTP, and is well again where one does', async () => {
    server.switches.refuseConnect = {
      message: 'This server does not speak this protocol version',
      data: { code: 'UNSUPPORTED_PROTOCOL', retryable: true, retryAfterMs: 2_000 },
    };
    page.desk.start();
    for (const failures of [1, 2, 3]) {
      expect(await failNext(failures)).toBeGreaterThanOrEqual(2_000);
      expect(state().outdated).toBe(false);
      page.timers.advance(state().retryAt! - page.timers.now());
    }
    await failNext(4);
    expect(state()).toMatchObject({ outdated: true, status: 'polling' });
    server.switches.refuseConnect = null;
    page.timers.advance(state().retryAt! - page.timers.now());
    await until(() => state().replica !== null);
    expect(state()).toMatchObject({ outdated: false, status: 'connected' });
  });

  test('a server of another version that takes the page all the same makes it ask for a reload', async () => {
    server.switches.protocol = PROTOCOL_VERSION + 1;
    page.desk.start();
    await until(() => state().replica !== null);
    expect(state()).toMatchObject({ outdated: true, status: 'connected' });
  });

  test('a refused session ends the desk at once, without another try', async () => {
    server.switches.refuseConnect = {
      message: 'Authentication required: Invalid or expired session',
      data: { code: 'INVALID_SESSION', retryable: false },
    };
    page.desk.start();
    await until(() => page.ended.length > 0);
    expect(page.ended).toEqual(['invalid']);
    expect(state()).toMatchObject({ status: 'ended', retryAt: null });
  });

  test('a refusal that names a wait is honoured, and its sentence is kept for the screen', async () => {
    server.switches.refuseConnect = {
      message: 'Too many connections (max 5)',
      data: { code: 'TOO_MANY_CONNECTIONS', retryable: true, retryAfterMs: 9_000 },
    };
    page.desk.start();
    expect(await failNext(1)).toBe(9_000);
    expect(state().message).toBe('Too many connections (max 5)');
    page.desk.connection.wake();
    expect(state().retryAt).not.toBeNull();
    server.switches.refuseConnect = null;
    page.timers.advance(9_000);
    await connected();
    expect(state().message).toBeNull();
  });
});

describe('reconnecting', () => {
  test('every subscription is asked for again on the new connection, and once only', async () => {
    page.desk.start();
    watch('AAPL', 'NVDA');
    await connected();
    gather();
    await until(() => server.emitted('subscribe:watchlist').length === 1);
    await until(() => server.emitted('subscribe:trades').length === 1);
    live();
    server.cut();
    await until(() => state().status === 'reconnecting');
    page.timers.advance(2_000);
    await connected();
    await until(() => server.emitted('subscribe:trades').length === 2);
    await until(() => server.emitted('subscribe:watchlist').length === 2);
    const [first, second] = server.emitted('subscribe:watchlist');
    expect(first?.payload).toEqual(expect.arrayContaining(['AAPL', 'NVDA']));
    expect(second?.payload).toEqual(expect.arrayContaining(['AAPL', 'NVDA']));
    expect(second?.socketId).not.toBe(first?.socketId);
    expect(server.emitted('subscribe:portfolio')).toHaveLength(2);
  });

  test('a lost connection is retried after 2, 4 and 8 seconds; then the page polls and retries in the background', async () => {
    page.desk.start();
    watch('AAPL');
    await connected();
    live();
    server.switches.refuseConnect = {
      message: 'Service unavailable',
      data: { code: 'UNAVAILABLE', retryable: true },
    };
    server.cut();
    const polls = () => server.requests('GET', '/api/portfolio').length;
    const before = polls();
    for (const [index, wait] of [2_000, 4_000, 8_000].entries()) {
      expect(await failNext(index + 1)).toBe(wait);
      expect(state().status).toBe('reconnecting');
      // Every failed retry is made up for by one fetch; the loss alone is not.
      await until(() => polls() === before + index);
      page.timers.advance(wait);
    }
    expect(await failNext(4)).toBe(15_000);
    expect(state().status).toBe('polling');
    await until(() => polls() > before + 2);
    server.switches.refuseConnect = null;
    page.timers.advance(15_000);
    await connected();
    expect(state().status).toBe('connected');
  });

  test('a disconnect that the stock client takes for good is followed by a new connection', async () => {
    page.desk.start();
    await connected();
    live();
    server.io.disconnectSockets(true);
    await until(() => !state().connected);
    page.timers.advance(2_000);
    await connected();
    expect(page.ended).toEqual([]);
  });

  test('an announced shutdown is waited out for as long as the server said, with its sentence', async () => {
    page.desk.start();
    await connected();
    live();
    server.io.emit('server:shutdown', {
      message: 'The server restarts.',
      reconnectInMs: 7_000,
      timestamp: new Date().toISOString(),
    });
    // What comes after it on the same connection proves that it has arrived.
    server.quote('AAPL');
    await until(() => page.desk.states.quote.getState().bySubject.AAPL);
    server.cut();
    await until(() => state().status === 'reconnecting');
    expect(state().retryAt! - page.timers.now()).toBe(7_000);
    expect(state().message).toBe('The server restarts.');
    page.desk.connection.wake();
    expect(state().retryAt).not.toBeNull();
    page.timers.advance(7_000);
    await connected();
  });

  test('a revoked session ends the desk with its reason and does not come back', async () => {
    page.desk.start();
    await connected();
    server.io.emit('session:revoked', { reason: 'banned' });
    await until(() => page.ended.length > 0);
    expect(page.ended).toEqual(['banned']);
    page.timers.advance(60_000);
    expect(state()).toMatchObject({ status: 'ended', connected: false, retryAt: null });
    await until(() => server.io.sockets.sockets.size === 0);
  });

  test('a connection names the one before, whose place it may take', async () => {
    page.desk.start();
    await connected();
    const [first] = [...server.io.sockets.sockets.values()];
    live();
    server.cut();
    await until(() => state().retryAt !== null);
    page.timers.advance(2_000);
    await connected();
    const [second] = [...server.io.sockets.sockets.values()];
    expect(first?.handshake.auth.replaces).toBeUndefined();
    expect(second?.handshake.auth.replaces).toBe(`secret-of-${first?.id}`);
  });

  test('a line over which nothing comes behind a question is given up, and the page connects anew', async () => {
    const time = jest.spyOn(performance, 'now');
    page.desk.start();
    await connected();
    server.answers['time:sync'] = () => null;
    page.timers.advance(2_000);
    await until(() => server.emitted('time:sync').length > 0);
    const asked = performance.now();
    time.mockImplementation(() => asked + 5_000);
    page.timers.advance(5_000);
    await until(() => state().status === 'reconnecting');
    time.mockRestore();
    page.timers.advance(2_000);
    await connected();
    await until(() => server.io.sockets.sockets.size === 1);
  });

  test('a line over which anything comes is not given up, however late the answer is', async () => {
    const time = jest.spyOn(performance, 'now');
    page.desk.start();
    await connected();
    server.answers['time:sync'] = () => null;
    page.timers.advance(2_000);
    await until(() => server.emitted('time:sync').length > 0);
    server.quote('AAPL');
    await until(() => page.desk.states.quote.getState().bySubject.AAPL);
    const asked = performance.now();
    time.mockImplementation(() => asked + 5_000);
    page.timers.advance(5_000);
    time.mockRestore();
    await new Promise(setImmediate);
    expect(state().status).toBe('connected');
  });

  test('a replaced connection does not come back before a person asks for it', async () => {
    page.desk.start();
    await connected();
    server.io.emit('session:replaced', {});
    server.io.disconnectSockets(true);
    await until(() => state().status === 'replaced' && !state().connected);
    page.timers.advance(60_000);
    page.desk.connection.wake();
    expect(state()).toMatchObject({ status: 'replaced', retryAt: null });
    expect(page.ended).toEqual([]);
    page.desk.connection.start();
    await connected();
    expect(state().status).toBe('connected');
  });

  test('a server that accepts and drops at once is met with growing waits', async () => {
    page.desk.start();
    await connected();
    server.cut();
    expect(await failNext(1)).toBe(2_000);
    page.timers.advance(2_000);
    await connected();
    server.cut();
    expect(await failNext(2)).toBe(4_000);
  });

  test('the network coming back cuts the wait short', async () => {
    page.desk.start();
    await connected();
    server.cut();
    await until(() => state().retryAt !== null);
    page.desk.connection.wake();
    await connected();
  });
});

describe('polling', () => {
  /** Fails every handshake but keeps the HTTP API up, as a proxy without WebSocket support does. */
  const refuseSockets = () => {
    server.switches.refuseConnect = {
      message: 'Service unavailable',
      data: { code: 'UNAVAILABLE', retryable: true },
    };
  };

  test('fetches after each failed connect, after three retries every five seconds, until a connect succeeds', async () => {
    refuseSockets();
    server.journal.events.push(executed(1));
    const seen: number[] = [];
    page.desk.events.follow({
      onEvent: ({ payload }) => seen.push(payload.seq),
      onReset: () => {},
      onLoadFailed: () => {},
    });
    page.desk.start();
    watch('AAPL');
    expect(await failNext(1)).toBe(2_000);
    await until(() => page.desk.states.quote.getState().bySubject.AAPL);
    page.timers.advance(2_000);
    expect(await failNext(2)).toBe(4_000);
    expect(state().status).toBe('connecting');
    await until(() => server.requests('GET', '/api/quotes').length === 2);
    page.timers.advance(4_000);
    expect(await failNext(3)).toBe(8_000);
    expect(state().status).toBe('connecting');
    page.timers.advance(8_000);
    expect(await failNext(4)).toBe(15_000);
    expect(state().status).toBe('polling');

    server.routes['GET /api/portfolio'] = () => ({ ...PORTFOLIO, totalValue: 1 });
    server.journal.events.push(executed(2));
    await until(() => {
      page.timers.advance(100);
      return page.desk.states.portfolio.getState().bySubject['']?.totalValue === 1;
    });
    await until(() => seen.includes(2));
    expect(state().status).toBe('polling');

    server.switches.refuseConnect = null;
    await until(() => {
      page.timers.advance(100);
      return state().connected;
    });
    const polls = server.requests('GET', '/api/quotes').length;
    page.timers.advance(30_000);
    await until(() => server.emitted('time:sync').length > 1);
    expect(server.requests('GET', '/api/quotes')).toHaveLength(polls);
  });

  test('says so when HTTP is away as well, and connects at once when it is back', async () => {
    refuseSockets();
    page.desk.start();
    for (const [failures, wait] of [
      [1, 2_000],
      [2, 4_000],
      [3, 8_000],
    ] as const) {
      await failNext(failures);
      if (failures === 3)
        server.routes['GET /api/portfolio'] = () => ({ status: 503, error: 'Away', code: 'UNAVAILABLE' });
      page.timers.advance(wait);
    }
    await until(() => state().offline);
    expect(state().status).toBe('polling');
    server.routes['GET /api/portfolio'] = () => PORTFOLIO;
    server.switches.refuseConnect = null;
    const retryAt = state().retryAt ?? 0;
    await until(() => {
      page.timers.advance(100);
      return !state().offline;
    });
    await connected();
    expect(page.timers.now()).toBeLessThan(retryAt);
  });

  test('goes on where only the market’s hours cannot be had', async () => {
    refuseSockets();
    server.routes['GET /api/market/status'] = () => ({ status: 503, error: 'Away', code: 'UNAVAILABLE' });
    const offline = new Set<boolean>();
    page.desk.connection.state.subscribe((now) => offline.add(now.offline));
    page.desk.start();
    await failNext(1);
    page.timers.advance(2_000);
    await failNext(2);
    page.timers.advance(4_000);
    await failNext(3);
    page.timers.advance(8_000);
    await until(() => state().status === 'polling');
    const before = server.requests('GET', '/api/market/status').length;
    await until(() => {
      page.timers.advance(100);
      return server.requests('GET', '/api/market/status').length > before + 2;
    });
    expect([...offline]).toEqual([false]);
  });

  test('a value pushed after the question is not replaced by the older answer', async () => {
    page.desk.start();
    await connected();
    const askedAt = page.timers.now();
    page.timers.advance(10);
    page.desk.states.quote.push(quoteOf('AAPL', { price: 300 }));
    page.desk.states.quote.answer([quoteOf('AAPL', { price: 200 })], askedAt);
    await until(() => page.desk.states.quote.getState().bySubject.AAPL?.price === 300);
  });
});

describe('a server that is not there', () => {
  test('counts as a failed connect', async () => {
    const closed = createServer();
    const port = await new Promise<number>((resolve) => {
      closed.listen(0, '127.0.0.1', () => resolve((closed.address() as { port: number }).port));
    });
    await new Promise((resolve) => closed.close(resolve));
    page.desk.stop();
    page = deskOn(`http://127.0.0.1:${port}`);
    page.desk.start();
    expect(await failNext(1)).toBe(2_000);
    expect(state()).toMatchObject({ status: 'connecting', message: null });
  });
});
