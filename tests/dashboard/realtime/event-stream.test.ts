/** @jest-environment node */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Notice } from '../../../dashboard/src/stores/notices.ts';
import type { SharedStores } from '../../../dashboard/src/stores/shared.ts';
import type { JournalEntryPayload } from '../../../src/protocol/events.ts';
import { deskOn, sharedStoresOn, type TestDesk } from '../support/desk.ts';
import { type Double, startDouble } from '../support/double.ts';
import { executed, failed, ORDER, quoteOf } from '../support/fixtures.ts';
import { until } from '../support/until.ts';

let server: Double;
let page: TestDesk;
let stores: SharedStores;
let stopStores: () => void;
let told: Notice[];

beforeEach(async () => {
  server = await startDouble();
  server.journal.events.push(executed(1), failed(2), executed(3));
  page = deskOn(server.url);
  told = [];
  stores = sharedStoresOn(page.desk);
  stopStores = stores.start();
  stores.notices.subscribe(({ due }) => told.push(...due));
});
afterEach(async () => {
  stopStores();
  page.desk.stop();
  await server.close();
});

const seqs = () => stores.trades.getState().entries.map(({ payload }) => payload.seq);
const shows = (...expected: number[]) =>
  until(() => seqs().join() === expected.join(), `${expected}, not ${seqs()}`);
const state = () => page.desk.connection.state.getState();
const subscriptions = () => server.emitted('subscribe:trades').map(({ payload }) => payload);
async function open() {
  page.desk.start();
  await until(() => subscriptions().length === 1 && state().connected);
}
/** Loses the connection while `meanwhile` happens, and comes back. */
async function away(meanwhile: () => void) {
  page.timers.advance(5_000);
  server.cut();
  await until(() => !state().connected);
  meanwhile();
  page.timers.advance(2_000);
  await until(() => state().connected);
}
/** Past the wait that gathers notices. */
const gather = () => page.timers.advance(100);

test('a fresh page shows what the journal holds, newest first, and asks for what follows it', async () => {
  await open();
  await shows(3, 2, 1);
  expect(subscriptions()).toEqual([{ epoch: 'e1', after: 3 }]);
  gather();
  expect(told).toEqual([]);
});

test('of a long journal it shows the last page', async () => {
  server.journal.events = Array.from({ length: 700 }, (_, index) => executed(index + 1));
  await open();
  await until(() => seqs().length === 200);
  expect(seqs()[0]).toBe(700);
  expect(seqs().at(-1)).toBe(501);
  expect(subscriptions()).toEqual([{ epoch: 'e1', after: 700 }]);
});

test('what happens is added and told once', async () => {
  await open();
  server.happen(executed(4));
  await shows(4, 3, 2, 1);
  gather();
  expect(told).toEqual([{ kind: 'trade', entry: expect.objectContaining({ event: 'trade:executed' }) }]);
});

test('an event of a newer server takes its number and shows nothing', async () => {
  const unknown = (seq: number) =>
    ({
      event: 'position:renamed',
      payload: { symbol: 'AAPL', epoch: 'e1', seq },
    }) as unknown as JournalEntryPayload;
  server.journal.events.push(unknown(4));
  await open();
  await shows(3, 2, 1);
  expect(subscriptions()).toEqual([{ epoch: 'e1', after: 4 }]);
  const reads = server.requests('GET', '/api/trades').length;
  server.happen(unknown(5));
  server.happen(executed(6));
  await shows(6, 3, 2, 1);
  expect(server.requests('GET', '/api/trades')).toHaveLength(reads);
  gather();
  expect(told).toMatchObject([{ kind: 'trade', entry: { payload: { seq: 6 } } }]);
  await away(() => server.journal.events.push(unknown(7)));
  await until(() => subscriptions().length === 2);
  expect(subscriptions()[1]).toEqual({ epoch: 'e1', after: 6 });
  server.happen(executed(8));
  await shows(8, 6, 3, 2, 1);
});

test('an event that another stream numbers is none of the journal’s', async () => {
  await open();
  await shows(3, 2, 1);
  const reads = server.requests('GET', '/api/trades').length;
  for (const seq of [1, 90]) {
    server.tell({
      event: 'signal:new',
      payload: { id: 'x', stream: 'free', epoch: 's1', seq },
    } as unknown as JournalEntryPayload);
  }
  server.tell({
    event: 'quote:update',
    payload: { ...quoteOf('AAPL'), epoch: 'q1', seq: 4 },
  } as unknown as JournalEntryPayload);
  server.happen(executed(4));
  await shows(4, 3, 2, 1);
  expect(server.requests('GET', '/api/trades')).toHaveLength(reads);
  expect(page.desk.events.position()).toEqual({ epoch: 'e1', after: 4 });
});

test('a repeat is dropped', async () => {
  await open();
  server.happen(executed(4));
  server.tell(executed(4));
  server.tell(executed(2));
  server.happen(executed(5));
  await shows(5, 4, 3, 2, 1);
});

test('a hole makes it ask again, and the events come in order', async () => {
  await open();
  server.journal.events.push(executed(4), executed(5));
  server.happen(executed(6));
  await shows(6, 5, 4, 3, 2, 1);
  expect(
    server.asked
      .filter(({ path }) => path === '/api/trades')
      .at(-1)
      ?.query.get('after'),
  ).toBe('3');
  expect(subscriptions()).toHaveLength(1);
});

test('a hole that cannot be filled now is asked for again until it is', async () => {
  await open();
  await shows(3, 2, 1);
  const trades = server.routes['GET /api/trades']!;
  server.routes['GET /api/trades'] = () => ({ status: 503, error: 'Away', code: 'UNAVAILABLE' });
  server.journal.events.push(executed(4));
  const before = server.requests('GET', '/api/trades').length;
  server.happen(executed(5));
  await until(() => server.requests('GET', '/api/trades').length === before + 1);
  await until(() => page.timers.waits().includes(1_000));
  expect(seqs()).toEqual([3, 2, 1]);
  server.routes['GET /api/trades'] = trades;
  page.timers.advance(1_000);
  await shows(5, 4, 3, 2, 1);
});

test('a head that is ahead makes it ask; a second one makes it subscribe anew', async () => {
  await open();
  server.journal.events.push(executed(4));
  server.io.emit('journal:head', { epoch: 'e1', seq: 4 });
  await shows(4, 3, 2, 1);
  expect(subscriptions()).toHaveLength(1);
  server.journal.events.push(executed(5));
  server.io.emit('journal:head', { epoch: 'e1', seq: 5 });
  await shows(5, 4, 3, 2, 1);
  await until(() => subscriptions().length === 2);
});

test('a head that is where we are asks for nothing', async () => {
  await open();
  await shows(3, 2, 1);
  const before = server.requests('GET', '/api/trades').length;
  server.io.emit('journal:head', { epoch: 'e1', seq: 3 });
  server.happen(executed(4));
  await shows(4, 3, 2, 1);
  expect(server.requests('GET', '/api/trades')).toHaveLength(before);
});

describe('after a lost connection', () => {
  test('the missed events come by number; a few of them are told one by one', async () => {
    await open();
    await away(() => server.journal.events.push(executed(4), failed(5)));
    await shows(5, 4, 3, 2, 1);
    expect(subscriptions()).toEqual([
      { epoch: 'e1', after: 3 },
      { epoch: 'e1', after: 3 },
    ]);
    gather();
    expect(told.map(({ kind }) => kind)).toEqual(['trade', 'trade']);
  });

  test('many of them are told in one sentence', async () => {
    await open();
    await away(() => {
      for (let seq = 4; seq <= 43; seq += 1)
        server.journal.events.push(seq % 10 === 0 ? failed(seq) : executed(seq));
    });
    await until(() => seqs()[0] === 43);
    gather();
    expect(told).toEqual([{ kind: 'summary', executed: 36, failed: 4, adjusted: 0, missed: true }]);
  });

  test('another epoch means a new journal: the list is read anew and nothing of the old stays', async () => {
    await open();
    await away(() => {
      server.journal.epoch = 'e2';
      server.journal.events = [executed(1, { symbol: 'NVDA' }, 'e2')];
    });
    await shows(1);
    const [entry] = stores.trades.getState().entries;
    expect(entry?.payload).toMatchObject({ epoch: 'e2', symbol: 'NVDA' });
    server.happen(executed(2, {}, 'e2'));
    await shows(2, 1);
    gather();
    expect(told).toHaveLength(1);
  });
});

test('an epoch that changes on a living connection is read anew and subscribed anew', async () => {
  await open();
  server.journal.epoch = 'e2';
  server.journal.events = [executed(1, {}, 'e2'), executed(2, {}, 'e2')];
  server.io.emit('journal:head', { epoch: 'e2', seq: 2 });
  await shows(2, 1);
  await until(() => subscriptions().length === 2);
  expect(subscriptions()[1]).toEqual({ epoch: 'e2', after: 2 });
});

test('where the journal cannot be read the list says so, and it is tried again', async () => {
  const trades = server.routes['GET /api/trades']!;
  server.routes['GET /api/trades'] = () => ({ status: 500, error: 'Broken', code: 'INTERNAL' });
  page.desk.start();
  await until(() => stores.trades.getState().status === 'failed');
  server.routes['GET /api/trades'] = trades;
  page.timers.advance(1_000);
  await shows(3, 2, 1);
  expect(stores.trades.getState().status).toBe('ready');
  await until(() => subscriptions().length === 1);
});

test('order updates reach the order list by the same numbers', async () => {
  await open();
  await until(() => stores.orders.getState().status === 'ready');
  server.happen({
    event: 'order:update',
    payload: { ...ORDER, status: 'filled', updatedAt: '2026-11-20T14:59:00.000Z', epoch: 'e1', seq: 4 },
  });
  server.happen(executed(5));
  await shows(5, 3, 2, 1);
  expect(stores.orders.getState().byId.o1?.status).toBe('filled');
});
