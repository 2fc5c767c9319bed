/** A halt is over when the feed says so or a trade shows it, whichever engine is asked. */
import { expect, test } from '@jest/globals';
import { startApp, type TestApp } from '../../rig/app.ts';
import { ask, type ClientSocket } from '../../rig/clients/ask.ts';
import { collect, next } from '../../rig/clients/stock-client.ts';
import type { ScriptedMarket } from '../../rig/stand-ins/scripted-market.ts';
import { until } from '../../rig/wait.ts';
import type { OrderPlaceMessage } from '../../src/protocol/orders.ts';
import { startCluster } from '../support/cluster.ts';

let keys = 0;
const place = (socket: ClientSocket, fields: Partial<OrderPlaceMessage> = {}) =>
  ask(socket, 'order:place', {
    ...{ clientOrderId: `key-${++keys}`, symbol: 'IBM', side: 'buy', type: 'market', quantity: 1 },
    ...fields,
  });

/** Watches IBM at `at` and has an order for it that waits at 49.5; then the engine hears of a halt. */
async function haltedReader(at: TestApp, engine: TestApp) {
  const session = await at.signUp();
  const socket = await at.connect(session);
  await ask(socket, 'subscribe:trades');
  await ask(socket, 'subscribe:watchlist', ['IBM']);
  await until(() => engine.market.wanted().has('IBM'), 'IBM is wanted');
  engine.market.tick('IBM', 50, { bid: 49.99, ask: 50 });
  await next(socket, 'quote:update', ({ ask }) => ask === 50);
  const working = next(socket, 'order:update', ({ status }) => status === 'working');
  expect(await place(socket, { type: 'limit', limitPrice: 49.5 })).toMatchObject({ ok: true });
  await working;
  const halted = next(socket, 'quote:update', (quote) => quote.halted === true);
  engine.market.halt('IBM', true);
  await halted;
  return { socket, session };
}

/** A new connection brings a snapshot and quotes at which the order would fill, and then a trade. */
async function waitsForTrade(market: ScriptedMarket, socket: ClientSocket): Promise<void> {
  await until(() => market.wanted().has('IBM'), 'IBM is wanted of the new engine');
  const fills = collect(socket, 'trade:executed');
  const shown = next(socket, 'quote:update', ({ ask }) => ask === 49.4);
  market.previousClose('IBM', 50, { last: 50 });
  market.nbbo('IBM', { bid: 49.3, ask: 49.4 });
  expect(await shown).toMatchObject({ halted: true });
  expect(await place(socket)).toMatchObject({ ok: false, code: 'SYMBOL_HALTED' });
  market.nbbo('IBM', { bid: 49.3, ask: 49.41 });
  await next(socket, 'quote:update', ({ ask }) => ask === 49.41);
  expect(fills).toEqual([]);

  const filled = next(socket, 'trade:executed');
  market.trade('IBM', 49.4);
  expect(await filled).toMatchObject({ quantity: 1, price: 49.41 });
}

test('a halt outlives a restart', async () => {
  const first = await startApp();
  const { session } = await haltedReader(first, first);
  await first.stop();
  const app = await startApp({ dataDir: first.dataDir });
  try {
    const socket = await app.connect(session);
    await ask(socket, 'subscribe:trades');
    await ask(socket, 'subscribe:watchlist', ['IBM']);
    await waitsForTrade(app.market, socket);
  } finally {
    await app.close();
  }
});

test('a halt outlives the engine that was told of it, and one that ended does not come back', async () => {
  const cluster = await startCluster({ replicas: 3 });
  const [first, second, third] = cluster.apps as [TestApp, TestApp, TestApp];
  try {
    const { socket } = await haltedReader(third, first);
    await first.stop();
    await until(() => second.market.starts() + third.market.starts() > 0, 'another replica is the engine');
    const [engine, last] = second.market.starts() > 0 ? [second, third] : [third, second];
    await waitsForTrade(engine.market, socket);
    if (engine === third) return;
    await engine.stop();
    await until(() => last.market.starts() > 0, 'the last replica is the engine');
    const shown = next(socket, 'quote:update', ({ ask }) => ask === 49.6);
    last.market.previousClose('IBM', 50, { last: 49.4 });
    last.market.nbbo('IBM', { bid: 49.5, ask: 49.6 });
    expect(await shown).not.toHaveProperty('halted');
  } finally {
    await cluster.close();
  }
});
