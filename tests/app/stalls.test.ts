import { expect, test } from '@jest/globals';
import { startApp } from '../../rig/app.ts';
import { ask } from '../../rig/clients/ask.ts';
import { collect, next } from '../../rig/clients/stock-client.ts';
import { createTestClock } from '../../rig/clock.ts';
import { deafStallWatch } from '../../rig/ports/deaf-stall-watch.ts';
import { until } from '../../rig/wait.ts';
import type { PortWrappers } from '../../src/app/index.ts';
import type { Bus } from '../../src/domain/bus/bus.ts';
import { totalsAskedTopic, totalsTopic } from '../../src/domain/off-exchange/topics.ts';

/** A client that watches AAPL, and a process that then stalls for three seconds: its lease outlives that. */
async function stall(wrap: PortWrappers = {}) {
  const clock = createTestClock();
  /** What the replica asks for again waits here for the test. */
  const asked: (() => void)[] = [];
  const totals = { asked: 0, whole: 0 };
  const withheld = (bus: Bus): Bus => ({
    ...bus,
    publish(topic, message) {
      if ((topic as unknown) === totalsAskedTopic) totals.asked += 1;
      if ((topic as unknown) === totalsTopic && (message as { whole?: boolean }).whole) totals.whole += 1;
      if ((message as { resync?: boolean }).resync) asked.push(() => bus.publish(topic, message));
      else bus.publish(topic, message);
    },
  });
  const app = await startApp({ clock, wrap: { ...wrap, bus: withheld } });
  const socket = await app.connect(await app.signUp());
  await ask(socket, 'subscribe:watchlist', ['AAPL']);
  await until(() => app.market.wanted().has('AAPL'), 'AAPL is wanted');
  app.market.tick('AAPL', 100);
  await next(socket, 'quote:update', ({ price }) => price === 100);
  await until(() => totals.whole > 0, 'the off-exchange totals are there');
  const before = totals.asked;
  const told = collect(socket, 'quote:update') as { payload: { price: number; state: string } }[];
  clock.advance(3_000);
  const stalls = async (): Promise<number> => {
    const { body } = await app.request('GET', '/metrics');
    return Number(/^tradecast_stalls_total (\d+)/m.exec(String(body.text))?.[1]);
  };
  return { app, socket, told, asked, stalls, askedForTotals: () => totals.asked - before };
}

test('a process that stalled calls nothing live until the engine has published it again, moved or not, and counts it', async () => {
  const { app, told, asked, stalls, askedForTotals } = await stall();
  const latest = () => told.at(-1)?.payload;
  try {
    await until(() => latest()?.state === 'stale', 'the quote is shown as old');
    expect(await stalls()).toBe(1);
    expect(asked).not.toHaveLength(0);
    for (const ask of asked) ask();
    await until(() => latest()?.state === 'simulated', 'the quote is told again');
    expect(latest()?.price).toBe(100);
    // An engine that stalls under its load must not be given more of it.
    expect(askedForTotals()).toBe(0);
  } finally {
    await app.close();
  }
});

test('without the watch a stall goes unnoticed: the control of the drill', async () => {
  const { app, socket, told, asked, stalls } = await stall({ stallWatch: deafStallWatch });
  try {
    app.market.tick('AAPL', 101);
    await next(socket, 'quote:update', ({ price }) => price === 101);
    expect(told.filter(({ payload }) => payload.state === 'stale')).toEqual([]);
    expect(asked).toEqual([]);
    expect(await stalls()).toBe(0);
  } finally {
    await app.close();
  }
});
