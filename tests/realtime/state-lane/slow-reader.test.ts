import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startApp, type TestApp } from '../../../rig/app.ts';
import { ask } from '../../../rig/clients/ask.ts';
import { next } from '../../../rig/clients/stock-client.ts';
import { createTestClock } from '../../../rig/clock.ts';
import { METRICS_ENV, readMetrics } from '../../../rig/metrics.ts';
import { until } from '../../../rig/wait.ts';
import type { QuotePayload } from '../../../src/protocol/quotes.ts';
import { openRaw } from '../../support/raw-client.ts';

const letter = (index: number): string => String.fromCharCode(65 + index);
const SYMBOLS = Array.from(
  { length: 50 },
  (_, index) => `S${letter(Math.floor(index / 26))}${letter(index % 26)}`,
);
const clock = createTestClock();
let app: TestApp;
beforeAll(async () => {
  const { createScriptedMarket } = await import('../../../rig/stand-ins/scripted-market.ts');
  app = await startApp({
    clock,
    market: createScriptedMarket(SYMBOLS),
    env: { ...METRICS_ENV, FLUSH_INTERVAL_MS: '10' },
  });
});
afterAll(() => app.close());

/** The value of one line of /metrics. */
async function metric(name: string): Promise<number> {
  const line = (await readMetrics(app))
    .split('\n')
    .find((text) => text.startsWith(`${name} `) || text.startsWith(`${name}{`));
  return Number(line?.split(' ').at(-1) ?? Number.NaN);
}

test('sockets that watch the same symbols and sockets that watch others each get just theirs', async () => {
  const [one, two, three] = await Promise.all([1, 2, 3].map(async () => app.connect(await app.signUp())));
  await ask(one!, 'subscribe:watchlist', SYMBOLS.slice(0, 3));
  await ask(two!, 'subscribe:watchlist', SYMBOLS.slice(0, 3));
  await ask(three!, 'subscribe:watchlist', SYMBOLS.slice(2, 5));
  await until(() => SYMBOLS.slice(0, 5).every((symbol) => app.market.wanted().has(symbol)), 'all are wanted');
  const seen = [one!, two!, three!].map((socket) => {
    const symbols = new Set<string>();
    socket.on('quote:update', ({ symbol }) => symbols.add(symbol));
    return symbols;
  });
  for (const symbol of SYMBOLS.slice(0, 5)) app.market.tick(symbol, 10);
  await until(() => seen.every((symbols) => symbols.size === 3), 'everyone has three');
  expect(seen.map((symbols) => [...symbols].sort())).toEqual([
    SYMBOLS.slice(0, 3).sort(),
    SYMBOLS.slice(0, 3).sort(),
    SYMBOLS.slice(2, 5).sort(),
  ]);
});

describe('a reader that has paused', () => {
  test('costs at most 1 MB, holds up nobody, and gets the latest values when it reads on', async () => {
    const slow = await openRaw(app.port, await app.signUp());
    const good = await app.connect(await app.signUp());
    slow.emit('subscribe:watchlist', SYMBOLS);
    await ask(good, 'subscribe:watchlist', SYMBOLS);
    await until(() => app.market.wanted().size === SYMBOLS.length, 'all are wanted');
    slow.pause();

    // Until much more is due to it than may be on its way.
    let price = 100;
    const moveAll = async (): Promise<void> => {
      price += 1;
      for (const symbol of SYMBOLS) app.market.tick(symbol, price);
      await next(good, 'quote:update', (quote) => quote.symbol === SYMBOLS.at(-1) && quote.price === price);
    };
    const conflatedBefore = await metric('tradecast_quotes_conflated_total');
    for (let step = 0; (await metric('tradecast_quotes_conflated_total')) < conflatedBefore + 5_000; step++) {
      expect(step).toBeLessThan(2_000);
      for (let moves = 0; moves < 20; moves++) await moveAll();
    }
    clock.advance(1_000);
    expect(await metric('tradecast_socket_queue_bytes')).toBeLessThan(100_000);

    slow.resume();
    await until(() => {
      const latest = new Map(
        slow.payloads<QuotePayload>('quote:update').map((quote) => [quote.symbol, quote.price]),
      );
      return SYMBOLS.every((symbol) => latest.get(symbol) === price);
    }, 'the latest of every symbol has arrived');
    slow.ws.terminate();
  });

  test('is closed with a reason after 30 seconds, and its neighbours notice nothing', async () => {
    const slow = await openRaw(app.port, await app.signUp());
    const good = await app.connect(await app.signUp());
    slow.emit('subscribe:watchlist', SYMBOLS);
    await ask(good, 'subscribe:watchlist', SYMBOLS);
    slow.pause();
    let price = 10_000;
    const conflatedBefore = await metric('tradecast_quotes_conflated_total');
    while ((await metric('tradecast_quotes_conflated_total')) < conflatedBefore + 200) {
      for (let moves = 0; moves < 20; moves++) {
        price += 1;
        for (const symbol of SYMBOLS) app.market.tick(symbol, price);
        await next(good, 'quote:update', (quote) => quote.symbol === SYMBOLS.at(-1) && quote.price === price);
      }
    }
    clock.advance(1_000);
    clock.advance(28_000);
    expect(await metric('tradecast_connections_closed_total{reason="slow_consumer"}')).toBe(0);
    clock.advance(3_000);
    // It reads on just in time to hear why.
    slow.resume();
    expect(await slow.closed).toEqual({ code: 4008, reason: 'slow_consumer' });
    await until(
      async () => (await metric('tradecast_connections_closed_total{reason="slow_consumer"}')) === 1,
      'the slow reader is counted',
    );
    // The jump of the clock may have cost the engine its lease: what is ticked until it is back reaches nobody.
    let last = 77_777;
    let reached = 0;
    good.on('quote:update', (quote) => {
      reached = Math.max(reached, quote.price);
    });
    await until(() => {
      app.market.tick(SYMBOLS[0]!, last++);
      return reached >= 77_777;
    }, 'the neighbour receives on');
    expect(good.connected).toBe(true);
  });
});
