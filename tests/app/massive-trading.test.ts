/** Orders on the vendor's feed: what its connection, its halts and its plan mean for them. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { TestApp } from '../../rig/app.ts';
import { ask, type ClientSocket } from '../../rig/clients/ask.ts';
import { next } from '../../rig/clients/stock-client.ts';
import { type MassiveStandIn, startMassiveStandIn } from '../../rig/stand-ins/massive/stand-in.ts';
import type { OrderPlaceMessage } from '../../src/protocol/orders.ts';
import { MASSIVE_KEY, startMassiveApp } from '../support/massive-app.ts';

let upstream: MassiveStandIn;
let app: TestApp;
let socket: ClientSocket;
beforeAll(async () => {
  upstream = await startMassiveStandIn(MASSIVE_KEY);
  upstream.behaviour.rest = ({ pathname }) => ({
    body: {
      status: 'OK',
      ...(pathname === '/v3/reference/tickers' && { results: [{ ticker: 'AAPL', name: 'Apple Inc.' }] }),
    },
  });
  app = await startMassiveApp(upstream, { DARKPOOL_SYMBOLS: 'watched' });
  socket = await app.connect(await app.signUp());
  await ask(socket, 'subscribe:trades');
  await ask(socket, 'subscribe:watchlist', ['AAPL']);
  await flowing();
});
afterAll(async () => {
  await app.close();
  await upstream.close();
});

const latest = () => upstream.connections.at(-1)!;
const flowing = () =>
  upstream.until(
    () => latest().isOpen() && ['T', 'Q', 'LULD'].every((channel) => latest().topics.has(`${channel}.AAPL`)),
  );

let number = 0;
const trade = (p: number) => {
  number += 1;
  return { ev: 'T', sym: 'AAPL', x: 11, i: `${number}`, p, s: 100, t: Date.now(), q: number, z: 3 };
};
const luld = (i: number) => ({ ev: 'LULD', T: 'AAPL', h: 110, l: 90, i: [i], z: 3, t: Date.now() * 1e6 });
async function quoted(bp: number, ap: number): Promise<void> {
  const shown = next(socket, 'quote:update', ({ bid, ask }) => bid === bp && ask === ap);
  latest().send([{ ev: 'Q', sym: 'AAPL', bx: 11, ax: 11, bp, ap, bs: 900, as: 900, t: Date.now(), z: 3 }]);
  await shown;
}
async function traded(price: number) {
  const shown = next(socket, 'quote:update', (quote) => quote.price === price);
  latest().send([trade(price)]);
  return shown;
}
const place = (fields: Partial<OrderPlaceMessage> = {}) => {
  number += 1;
  return ask(socket, 'order:place', {
    ...{ clientOrderId: `key-${number}`, symbol: 'AAPL', side: 'buy', type: 'market', quantity: 10 },
    ...fields,
  });
};

test('a purchase needs the stream’s ask, and pays it', async () => {
  await traded(100);
  expect(await place()).toMatchObject({ ok: false, code: 'NO_QUOTE' });
  await quoted(99.9, 100.1);
  const bought = next(socket, 'trade:executed');
  expect(await place({ quantity: 20 })).toMatchObject({ ok: true });
  expect(await bought).toMatchObject({ price: 100.1 });
});

test('a halt denies orders until trading goes on', async () => {
  const halted = next(socket, 'quote:update', (quote) => quote.halted === true);
  latest().send([luld(17)]);
  await halted;
  expect(await place()).toMatchObject({ ok: false, code: 'SYMBOL_HALTED' });
  const resumed = next(socket, 'quote:update', (quote) => quote.halted === undefined);
  latest().send([luld(18)]);
  await resumed;
  const bought = next(socket, 'trade:executed');
  expect(await place({ quantity: 1 })).toMatchObject({ ok: true });
  await bought;
});

test('a stop wakes on one of several trades of a frame', async () => {
  const working = next(socket, 'order:update', ({ status }) => status === 'working');
  expect(await place({ side: 'sell', type: 'stop', stopPrice: 95 })).toMatchObject({ ok: true });
  await working;
  const sold = next(socket, 'trade:executed');
  // The odd lot below would not have woken it.
  latest().send([{ ...trade(80), c: [37] }, trade(100), trade(94.99), trade(100)]);
  expect(await sold).toMatchObject({ side: 'sell', price: 99.9 });
});

test('after a break a trade moves the price, and nothing fills at the bid and ask from before it', async () => {
  const broken = latest();
  broken.drop();
  await upstream.until(() => latest() !== broken);
  await flowing();
  const quote = await traded(150);
  expect(quote).not.toHaveProperty('bid');
  expect(quote).not.toHaveProperty('ask');
  for (const side of ['buy', 'sell'] as const)
    expect(await place({ side })).toMatchObject({ ok: false, code: 'NO_QUOTE' });
  await quoted(149.9, 150.1);
  const sold = next(socket, 'trade:executed');
  expect(await place({ side: 'sell' })).toMatchObject({ ok: true });
  expect(await sold).toMatchObject({ price: 149.9 });
});
