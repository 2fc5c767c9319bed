import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Socket } from 'socket.io-client';
import type { SignedIn, TestApp } from '../../../rig/app.ts';
import { ask } from '../../../rig/clients/ask.ts';
import { next } from '../../../rig/clients/stock-client.ts';
import { until } from '../../../rig/wait.ts';
import { APPEND, journalInput } from '../../../src/adapters/stores/journal/journal.ts';
import { revokedTopic } from '../../../src/domain/accounts/topics.ts';
import type { Bus } from '../../../src/domain/bus/bus.ts';
import type { JournalEvent } from '../../../src/domain/journal/journal.ts';
import { journalTopic } from '../../../src/domain/journal/topics.ts';
import type { QuotesMessage } from '../../../src/domain/market/quotes-message.ts';
import { startCluster, type TestCluster } from '../../support/cluster.ts';

/**
 * A deployment: replica `newer` writes and publishes what the other replica's release does not know. Clients are
 * connected to the other one.
 */
let cluster: TestCluster;
let newer: TestApp;
let app: TestApp;
let newerBus: Bus;

const withHaltedQuotes = (message: QuotesMessage): QuotesMessage => ({
  ...message,
  quotes: message.quotes.map((quote) =>
    quote.symbol === 'MSFT' ? { ...quote, state: 'halted' as never } : quote,
  ),
});
const asNewer = (bus: Bus): Bus => {
  newerBus = {
    subscribe: bus.subscribe,
    publish: (topic, message) =>
      bus.publish(
        topic,
        topic.name === 'quotes' ? (withHaltedQuotes(message as never) as typeof message) : message,
      ),
  };
  return newerBus;
};

beforeAll(async () => {
  // The first replica is the engine.
  cluster = await startCluster({ replicas: 1, app: { wrap: { bus: asNewer } } });
  newer = cluster.apps[0]!;
  app = await cluster.join();
});
afterAll(() => cluster.close());

/** Records an event of a later release, and publishes it unless `isLost`. */
async function recordUnknown(session: SignedIn, reference: string, isLost = false): Promise<void> {
  const event = { event: 'position:adjusted', payload: { symbol: 'AAPL', reference } } as unknown;
  const [head] = await cluster.database.db.query<{ epoch: string; seq: number }>(APPEND, [
    journalInput([[session.user.id, [event as JournalEvent]]]),
  ]);
  const { epoch, seq } = head!;
  if (isLost) return;
  newerBus.publish(journalTopic, {
    userId: session.user.id,
    epoch,
    records: [{ ...(event as JournalEvent), seq }],
  });
}

let trades = 0;
async function report(by: TestApp, session: SignedIn): Promise<void> {
  const id = `t-${++trades}`;
  const answer = await by.hook('/hooks/trades', {
    eventId: id,
    userId: session.user.id,
    type: 'executed',
    trade: { id, symbol: 'AAPL', side: 'buy', quantity: 10, price: 175.5 },
  });
  expect(answer.status).toBe(202);
}

async function follow(session: SignedIn, position?: { epoch: string; after: number }) {
  const socket = await app.connect(session);
  const events: [name: string, seq: number][] = [];
  (socket as unknown as Socket).onAny((name: string, payload: { epoch?: string; seq?: number }) => {
    if (payload.seq !== undefined && name !== 'journal:head') events.push([name, payload.seq]);
  });
  const answer = await ask(socket, 'subscribe:trades', ...(position ? [position] : []));
  return { socket, events, answer };
}

const FOUR = [
  ['trade:executed', 1],
  ['position:adjusted', 2],
  ['position:adjusted', 3],
  ['trade:executed', 4],
];

describe('an event that only a newer replica knows', () => {
  test('reaches the client in its turn, also where its notice was lost, and stays in the journal', async () => {
    const session = await app.signUp();
    const { events } = await follow(session);
    await report(newer, session);
    await recordUnknown(session, 'split-1');
    await until(() => events.length === 2, 'the event comes over the bus');
    await recordUnknown(session, 'split-2', true);
    await report(app, session);
    await until(() => events.length === 4, 'the lost one is read from the database');
    expect(events).toEqual(FOUR);

    // Not by the client of the tests, which holds each answer against this release's own document.
    const answer = await fetch(`${app.url}/api/trades`, { headers: { cookie: session.cookie } });
    const { data } = (await answer.json()) as { data: unknown };
    const page = data as { epoch: string; head: number; events: { event: string; payload: object }[] };
    expect(page.head).toBe(4);
    expect(page.events.map(({ event }) => event)).toEqual(FOUR.map(([name]) => name));
    expect(page.events[1]!.payload).toEqual({
      symbol: 'AAPL',
      reference: 'split-1',
      epoch: page.epoch,
      seq: 2,
    });

    const later = await follow(session, { epoch: page.epoch, after: 1 });
    expect(later.answer).toMatchObject({ ok: true, recovered: true, head: 4 });
    await until(() => later.events.length === 3, 'the client that was away gets it, too');
    expect(later.events).toEqual(FOUR.slice(1));
  });
});

test('a quote in a state that only the newer engine knows reaches the client as it is', async () => {
  const socket = await app.connect(await app.signUp());
  await ask(socket, 'subscribe:watchlist', ['MSFT', 'AAPL']);
  await until(() => newer.market.wanted().has('MSFT'), 'the engine wants MSFT');
  const quotes = ['MSFT', 'AAPL'].map((symbol) =>
    next(socket, 'quote:update', (quote) => quote.symbol === symbol),
  );
  newer.market.tick('MSFT', 400);
  newer.market.tick('AAPL', 175.55);
  expect(await Promise.all(quotes)).toMatchObject([
    { price: 400, state: 'halted' },
    { price: 175.55, state: 'simulated' },
  ]);
});

test('a session that ends for a reason of a later release ends', async () => {
  const session = await app.signUp();
  const socket = await app.connect(session);
  const revoked = next(socket, 'session:revoked');
  newerBus.publish(revokedTopic, { userId: session.user.id, reason: 'replaced' as never });
  expect(await revoked).toEqual({ reason: 'replaced' });
  await until(() => !socket.connected, 'the connection ends');
});
