import { expect, test } from '@jest/globals';
import type { Protection } from '../../src/app.ts';
import { ask, collect, next, startApp, until } from '../support/app.ts';
import { createTestClock } from '../support/clock.ts';

/** A client that watches AAPL, and a process that then stands still for three seconds: its lease outlives that. */
async function standStill(unprotected: readonly Protection[] = []) {
  const clock = createTestClock();
  const app = await startApp({ clock, unprotected });
  const socket = await app.connect(await app.signUp());
  await ask(socket, 'subscribe:watchlist', ['AAPL']);
  await until(() => app.market.wanted().has('AAPL'), 'AAPL is wanted');
  app.market.tick('AAPL', 100);
  await next(socket, 'quote:update', ({ price }) => price === 100);
  const told = collect(socket, 'quote:update') as { payload: { price: number; state: string } }[];
  clock.advance(3_000);
  const stalls = async (): Promise<number> => {
    const { body } = await app.request('GET', '/metrics');
    return Number(/^tradecast_stalls_total (\d+)/m.exec(String(body.text))?.[1]);
  };
  return { app, socket, told, stalls };
}

test('a process that stood still calls nothing live until the engine has told it again, moved or not, and counts it', async () => {
  const { app, told, stalls } = await standStill();
  try {
    await until(() => told.length >= 2, 'the quote is told again');
    expect(told.map(({ payload }) => [payload.price, payload.state])).toEqual([
      [100, 'stale'],
      [100, 'simulated'],
    ]);
    expect(await stalls()).toBe(1);
  } finally {
    await app.close();
  }
});

test('without the watch nobody notices: what a drill must see', async () => {
  const { app, socket, told, stalls } = await standStill(['stall-watch']);
  try {
    app.market.tick('AAPL', 101);
    await next(socket, 'quote:update', ({ price }) => price === 101);
    expect(told.map(({ payload }) => [payload.price, payload.state])).toEqual([[101, 'simulated']]);
    expect(await stalls()).toBe(0);
  } finally {
    await app.close();
  }
});
