import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startApp, type TestApp } from '../../../rig/app.ts';
import { ask, askLoosely, type ClientSocket } from '../../../rig/clients/ask.ts';
import { collect, next } from '../../../rig/clients/stock-client.ts';
import { until } from '../../../rig/wait.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const newSocket = async (): Promise<ClientSocket> => app.connect(await app.signUp());

/** Ticks until the service has heard it: demand reaches the feed a moment after the subscription. */
async function quoted(symbol: string, price: number): Promise<void> {
  await until(() => app.market.wanted().has(symbol), `${symbol} is wanted upstream`);
  app.market.tick(symbol, price);
}

describe('a watchlist', () => {
  test('is confirmed in upper case, then quotes arrive as the market moves', async () => {
    const socket = await newSocket();
    const events = collect(socket, 'subscription:confirmed', 'quote:update');
    const confirmed = next(socket, 'subscription:confirmed');
    socket.emit('subscribe:watchlist', ['aapl', 'TSLA', 'AAPL']);
    expect(await confirmed).toEqual({ type: 'watchlist', symbols: ['AAPL', 'TSLA'] });
    await quoted('AAPL', 175.5);
    const quote = await next(
      socket,
      'quote:update',
      ({ symbol, price }) => symbol === 'AAPL' && price === 175.5,
    );
    expect(quote).toMatchObject({ bid: 175.49, ask: 175.51, state: 'simulated' });
    expect(events[0]?.event).toBe('subscription:confirmed');
  });

  test('begins with the known quotes of its symbols', async () => {
    const first = await newSocket();
    first.emit('subscribe:watchlist', { symbols: ['MSFT'] });
    await quoted('MSFT', 410.25);
    await next(first, 'quote:update', ({ price }) => price === 410.25);

    const second = await newSocket();
    const events = collect(second, 'subscription:confirmed', 'quote:update');
    const answer = await ask(second, 'subscribe:watchlist', ['MSFT']);
    expect(answer).toEqual({ ok: true, type: 'watchlist', symbols: ['MSFT'] });
    await until(() => events.length >= 2, 'confirmation and snapshot');
    expect(events[0]?.event).toBe('subscription:confirmed');
    expect(events[1]).toMatchObject({ event: 'quote:update', payload: { symbol: 'MSFT', price: 410.25 } });
  });

  test('tells the change against the previous close', async () => {
    const socket = await newSocket();
    socket.emit('subscribe:watchlist', ['IBM']);
    await until(() => app.market.wanted().has('IBM'), 'IBM is wanted');
    app.market.previousClose('IBM', 200);
    app.market.tick('IBM', 205);
    const quote = await next(
      socket,
      'quote:update',
      ({ symbol, price }) => symbol === 'IBM' && price === 205,
    );
    expect(quote).toMatchObject({ change: 5, changePercent: 2.5, previousClose: 200 });
  });

  test('sends nothing more of a symbol after unsubscribe:watchlist, and lets the market go of it', async () => {
    const socket = await newSocket();
    await ask(socket, 'subscribe:watchlist', ['BAC', 'JPM']);
    expect(await ask(socket, 'unsubscribe:watchlist', ['BAC', 'SPY'])).toEqual({
      ok: true,
      type: 'watchlist',
      symbols: ['BAC'],
    });
    const quotes = collect(socket, 'quote:update');
    await quoted('JPM', 150);
    app.market.tick('BAC', 30);
    await quoted('JPM', 151);
    await next(socket, 'quote:update', ({ price }) => price === 151);
    expect(quotes.filter(({ payload }) => (payload as { symbol: string }).symbol === 'BAC')).toEqual([]);
  });

  test('leaves out symbols that are known not to exist, and is refused when none is left', async () => {
    const socket = await newSocket();
    expect(await ask(socket, 'subscribe:watchlist', ['AAPL', 'NOSUCH'])).toMatchObject({
      ok: true,
      symbols: ['AAPL'],
    });
    expect(await ask(socket, 'subscribe:watchlist', ['NOSUCH'])).toMatchObject({
      ok: false,
      code: 'UNKNOWN_SYMBOL',
    });
  });

  test('beyond 50 symbols is refused as a whole and changes nothing', async () => {
    const many = await startApp({ env: { MAX_SYMBOLS_PER_CONNECTION: '3' } });
    try {
      const socket = await many.connect(await many.signUp());
      const error = next(socket, 'error');
      expect(await ask(socket, 'subscribe:watchlist', ['AAPL', 'MSFT', 'TSLA', 'SPY'])).toMatchObject({
        ok: false,
        code: 'SYMBOL_LIMIT',
        message: 'Symbol limit exceeded (max 3)',
      });
      expect(await error).toMatchObject({ code: 'SYMBOL_LIMIT', event: 'subscribe:watchlist' });
      expect(many.market.wanted().size).toBe(0);
      expect(await ask(socket, 'subscribe:watchlist', ['AAPL', 'MSFT', 'TSLA'])).toMatchObject({ ok: true });
    } finally {
      await many.close();
    }
  });

  test('works the same over polling', async () => {
    const session = await app.signUp();
    const socket = await app.connect(session, { transports: ['polling'] });
    await ask(socket, 'subscribe:watchlist', ['QQQ', 'SPY']);
    await quoted('QQQ', 480);
    app.market.tick('SPY', 560);
    const events = await Promise.all([
      next(socket, 'quote:update', ({ symbol, price }) => symbol === 'QQQ' && price === 480),
      next(socket, 'quote:update', ({ symbol, price }) => symbol === 'SPY' && price === 560),
    ]);
    expect(events).toHaveLength(2);
  });
});

describe('a portfolio subscription', () => {
  test('is confirmed, then sends the portfolio and its changes, at most four a second', async () => {
    const session = await app.signUp();
    const socket = await app.connect(session);
    const events = collect(socket, 'subscription:confirmed', 'portfolio:update');
    socket.emit('subscribe:portfolio');
    const first = await next(socket, 'portfolio:update');
    expect(first).toMatchObject({
      cash: 100_000,
      totalValue: 100_000,
      equity: 0,
      positions: [],
      source: 'paper',
    });
    expect(events[0]).toMatchObject({ event: 'subscription:confirmed', payload: { type: 'portfolio' } });

    await ask(socket, 'subscribe:watchlist', ['NVDA']);
    await quoted('NVDA', 100);
    await next(socket, 'quote:update', ({ price }) => price === 100);
    const order = {
      clientOrderId: 'p-1',
      symbol: 'NVDA',
      side: 'buy',
      type: 'market',
      quantity: 10,
    } as const;
    expect(await ask(socket, 'order:place', order)).toMatchObject({
      ok: true,
      order: { symbol: 'NVDA', quantity: 10 },
    });
    const bought = await next(socket, 'portfolio:update', ({ positions }) => positions[0]?.quantity === 10);
    expect(bought.cash).toBe(100_000 - 10 * 100.01);

    let updates = 0;
    socket.on('portfolio:update', () => {
      updates += 1;
    });
    const from = Date.now();
    for (let step = 1; step <= 60; step++) {
      app.market.tick('NVDA', 100 + step);
      await new Promise((resolve) => setImmediate(resolve));
      await until(() => true, 'the next turn');
    }
    const last = await next(socket, 'portfolio:update', ({ positions }) => positions[0]?.price === 160);
    expect(last).toMatchObject({ equity: 1600, positions: [{ symbol: 'NVDA', unrealizedPnl: 599.9 }] });
    expect(last.totalValue).toBe(last.cash + last.equity);
    // One each 250 ms, whatever the pace of the market is.
    expect(updates).toBeLessThanOrEqual((Date.now() - from) / 200 + 2);
  });

  test('is limited to one a minute per connection, with the time to wait', async () => {
    const socket = await newSocket();
    expect(await ask(socket, 'subscribe:portfolio')).toMatchObject({ ok: true, type: 'portfolio' });
    const error = next(socket, 'error');
    const again = await ask(socket, 'subscribe:portfolio');
    expect(again).toMatchObject({
      ok: false,
      code: 'RATE_LIMITED',
      message: 'Rate limit exceeded for subscribe:portfolio',
    });
    expect(!again.ok && again.retryAfterMs).toBeGreaterThan(50_000);
    expect(await error).toMatchObject({ code: 'RATE_LIMITED', event: 'subscribe:portfolio' });
  });

  test('is confirmed once where two come in one burst', async () => {
    const socket = await newSocket();
    const answers = await Promise.all([
      ask(socket, 'subscribe:portfolio'),
      ask(socket, 'subscribe:portfolio'),
    ]);
    expect(answers).toMatchObject([{ ok: true }, { ok: false, code: 'RATE_LIMITED' }]);
  });

  test('ends with unsubscribe:portfolio', async () => {
    const socket = await newSocket();
    await ask(socket, 'subscribe:portfolio');
    expect(await ask(socket, 'unsubscribe:portfolio')).toEqual({ ok: true, type: 'portfolio' });
  });
});

describe('limits', () => {
  test('hold per user over all connections at five times the limit of one', async () => {
    const limited = await startApp({ env: { RATE_LIMITS: 'time:sync=2/60' } });
    try {
      const session = await limited.signUp();
      const answers: Record<string, unknown>[] = [];
      // Twelve connections one after the other, because five may be open at once: each is within its own limit.
      for (let round = 0; round < 6; round++) {
        const socket = await limited.connect(session);
        for (let call = 0; call < 2; call++) answers.push(await ask(socket, 'time:sync', { t0: 0 }));
        socket.disconnect();
      }
      expect(answers.filter((answer) => answer.ok)).toHaveLength(10);
      expect(answers.at(-1)).toMatchObject({ ok: false, code: 'RATE_LIMITED' });
    } finally {
      await limited.close();
    }
  });

  test('let five tabs that reconnect twice subscribe each time, and still refuse a repeat', async () => {
    const session = await app.signUp();
    for (let round = 0; round < 3; round++) {
      const tabs = await Promise.all(Array.from({ length: 5 }, () => app.connect(session)));
      for (const tab of tabs)
        for (const event of ['subscribe:trades', 'subscribe:portfolio'] as const) {
          expect(await ask(tab, event)).toMatchObject({ ok: true });
          expect(await ask(tab, event)).toMatchObject({ ok: false, code: 'RATE_LIMITED' });
        }
      for (const tab of tabs) tab.disconnect();
    }
  });

  test('count every repeat of a subscription for the user, but not the first on each connection', async () => {
    const limited = await startApp({ env: { RATE_LIMITS: 'subscribe:watchlist=2/60' } });
    try {
      const session = await limited.signUp();
      for (let round = 0; round < 11; round++) {
        const tab = await limited.connect(session);
        expect(await ask(tab, 'subscribe:watchlist', ['AAPL'])).toMatchObject({ ok: true });
        // Ten points of the user: five times the two of one connection.
        expect(await ask(tab, 'subscribe:watchlist', ['AAPL'])).toMatchObject({ ok: round < 10 });
        tab.disconnect();
      }
    } finally {
      await limited.close();
    }
  });

  test('of subscribe:watchlist let ten pass of a burst on a fresh connection', async () => {
    const socket = await newSocket();
    const burst = Array.from({ length: 12 }, () => ask(socket, 'subscribe:watchlist', ['AAPL']));
    const confirmed = (await Promise.all(burst)).filter(({ ok }) => ok);
    expect(confirmed).toHaveLength(10);
  });

  test('answer an unknown event with UNKNOWN_EVENT and count it', async () => {
    const socket = await newSocket();
    const answers: Record<string, unknown>[] = [];
    for (let call = 0; call < 12; call++)
      answers.push(await askLoosely(socket, `made:up:${call}`, { any: 'thing' }));
    expect(answers[0]).toMatchObject({ ok: false, code: 'UNKNOWN_EVENT' });
    expect(answers.at(-1)).toMatchObject({ ok: false, code: 'RATE_LIMITED' });
    expect(socket.connected).toBe(true);
  });
});
