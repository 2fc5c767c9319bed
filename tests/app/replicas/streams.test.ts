import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { SignedIn, TestApp } from '../../../rig/app.ts';
import { ask } from '../../../rig/clients/ask.ts';
import { collect, next } from '../../../rig/clients/stock-client.ts';
import { silentLog } from '../../../rig/log.ts';
import { createSweepSwitch } from '../../../rig/ports/sweep-switch.ts';
import { until } from '../../../rig/wait.ts';
import { createJournalPruner } from '../../../src/adapters/stores/journal/pruner.ts';
import { journalTopic } from '../../../src/domain/journal/topics.ts';
import { portfolioTopic } from '../../../src/domain/trading/topics.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import type { JournalPosition } from '../../../src/protocol/trades.ts';
import { startCluster, type TestCluster } from '../../support/cluster.ts';
import { createLossyBus } from '../../support/lossy-bus.ts';
import { createTestLease } from '../../support/trading.ts';

/** Hooks go to replica A, clients sit on replica B, and B receives what the test lets through. */
const bus = createLossyBus();
/** Only the tests about it let B sweep: elsewhere the next notice must show what was lost. */
const sweep = createSweepSwitch();
let cluster: TestCluster;
let a: TestApp;
let b: TestApp;
beforeAll(async () => {
  cluster = await startCluster({ replicas: 1 });
  a = cluster.apps[0]!;
  b = await cluster.join({ wrap: { bus: bus.wrap, journal: sweep.wrap } });
});
afterEach(() => sweep.off());
afterAll(() => cluster.close());

let events = 0;
async function report(app: TestApp, session: SignedIn): Promise<number> {
  const id = `t-${++events}`;
  const answer = await app.hook('/hooks/trades', {
    eventId: id,
    userId: session.user.id,
    type: 'executed',
    trade: { id, symbol: 'AAPL', side: 'buy', quantity: 10, price: 175.5 },
  });
  expect(answer.status).toBe(202);
  return (answer.body.data as { seq: number }).seq;
}

async function follow(app: TestApp, session: SignedIn, position?: { epoch: string; after: number }) {
  const socket = await app.connect(session);
  const heard = collect(socket, 'trade:executed', 'trade:failed', 'order:update');
  const answer = await ask(socket, 'subscribe:trades', ...(position ? [position] : []));
  return {
    socket,
    seqs: () => heard.map(({ payload }) => (payload as JournalPosition).seq),
    answer: answer as { epoch: string; head: number; recovered: boolean },
  };
}
const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('a user stream over replicas', () => {
  test('reads a hole from the database when the next notice shows it, in order and nothing twice', async () => {
    const session = await b.signUp();
    const { seqs } = await follow(b, session);
    let count = 0;
    const end = bus.lose(journalTopic, ({ userId }) => userId === session.user.id && ++count % 3 === 2);
    for (let sent = 0; sent < 30; sent++) await report(sent % 5 === 0 ? b : a, session);
    end();
    await report(a, session);
    await until(() => seqs().length >= 31, 'all have arrived');
    expect(seqs()).toEqual(range(1, 31));
  });

  test('delivers nothing twice when the bus does', async () => {
    const session = await b.signUp();
    const { seqs } = await follow(b, session);
    const end = bus.repeat(journalTopic, 3);
    for (let sent = 0; sent < 10; sent++) await report(a, session);
    await until(() => seqs().length >= 10, 'all have arrived');
    end();
    await report(a, session);
    await until(() => seqs().length >= 11, 'the last has arrived');
    expect(seqs()).toEqual(range(1, 11));
  });

  test('finds the last notice before a silence, and a lost change of an account kept here or elsewhere, by the sweep', async () => {
    const [quiet, external, trader] = [await b.signUp(), await b.signUp(), await b.signUp()];
    const stream = await follow(b, quiet);
    const [elsewhere, here] = [await b.connect(external), await b.connect(trader)];
    const opened = [next(elsewhere, 'portfolio:update'), next(here, 'portfolio:update')];
    for (const socket of [elsewhere, here]) await ask(socket, 'subscribe:portfolio');
    await Promise.all(opened);

    sweep.on();
    const ends = [bus.lose(journalTopic), bus.lose(portfolioTopic)];
    const lostBefore = bus.lost();
    const reported = next(elsewhere, 'portfolio:update', ({ source }) => source === 'external');
    const reserved = next(here, 'portfolio:update', ({ buyingPower }) => buyingPower! < 100_000);
    await report(a, quiet);
    const portfolio = {
      totalValue: 1_500,
      cash: 1_000,
      equity: 500,
      positions: [],
      dayChange: 0,
      dayChangePercent: 0,
    };
    await a.hook('/hooks/portfolio', { eventId: 'p-1', userId: external.user.id, portfolio });
    cluster.tick('AAPL', 200);
    const order = {
      clientOrderId: 'waits',
      symbol: 'AAPL',
      side: 'buy',
      type: 'limit',
      quantity: 10,
      limitPrice: 190,
    };
    expect((await a.request('POST', '/api/orders', { cookie: trader.cookie, body: order })).status).toBe(201);

    expect((await reported).totalValue).toBe(1_500);
    await reserved;
    await until(() => stream.seqs().length > 0, 'the last notice');
    expect(stream.seqs()).toEqual([1]);
    expect(bus.lost() - lostBefore).toBeGreaterThanOrEqual(4);
    for (const end of ends) end();
  });

  test('takes the notice of an order for a change of the account where the notice of that is lost', async () => {
    const session = await b.signUp();
    const socket = await b.connect(session);
    const opened = next(socket, 'portfolio:update');
    await ask(socket, 'subscribe:portfolio');
    await opened;
    const end = bus.lose(portfolioTopic);
    const moved = next(socket, 'portfolio:update', ({ buyingPower }) => buyingPower! < 100_000);
    cluster.tick('MSFT', 400);
    const body = {
      clientOrderId: 'o-1',
      symbol: 'MSFT',
      side: 'buy',
      type: 'limit',
      quantity: 5,
      limitPrice: 390,
    };
    expect((await a.request('POST', '/api/orders', { cookie: session.cookie, body })).status).toBe(201);
    await moved;
    end();
  });

  test('goes on across replicas from where it was, and says so where the journal is another or no longer reaches back', async () => {
    const session = await a.signUp();
    const first = await follow(a, session);
    for (let sent = 0; sent < 6; sent++) await report(b, session);
    await until(() => first.seqs().length === 6, 'all have arrived');
    first.socket.disconnect();
    const { epoch } = first.answer;

    const moved = await follow(b, session, { epoch, after: 2 });
    expect(moved.answer).toMatchObject({ recovered: true, head: 6 });
    await until(() => moved.seqs().length === 4, 'what was missed');
    expect(moved.seqs()).toEqual([3, 4, 5, 6]);

    const { db } = cluster.database;
    // As an engine does whose configuration keeps three.
    const pruner = createJournalPruner({
      ...{ db, lease: createTestLease(1), clock: systemClock, log: silentLog },
      pruning: { maxAgeMs: 86_400_000, maxEvents: 3 },
    });
    await pruner.prune();
    const floor = async (): Promise<number | undefined> =>
      (
        await db.query<{ floor: number }>('SELECT floor FROM journal_heads WHERE user_id = $1', [
          session.user.id,
        ])
      )[0]?.floor;
    expect(await floor()).toBe(3);
    for (const app of [a, b]) {
      const tooFar = await follow(app, session, { epoch, after: 2 });
      expect(tooFar.answer).toMatchObject({ recovered: false, head: 6 });
      const page = await app.request('GET', '/api/trades', { cookie: session.cookie });
      expect(page.body.data).toMatchObject({ head: 6, events: [{ payload: { seq: 4 } }, {}, {}] });
      tooFar.socket.disconnect();
    }

    // As after a restored backup: the numbering is another.
    sweep.on();
    await db.query("UPDATE journal_heads SET epoch = 'restored', seq = 4 WHERE user_id = $1", [
      session.user.id,
    ]);
    const sentAway = new Promise((resolve) => moved.socket.once('disconnect', resolve));
    const anew = await follow(a, session, { epoch, after: 6 });
    expect(anew.answer).toMatchObject({ recovered: false, epoch: 'restored', head: 4 });
    await sentAway;
  });

  test('reaches B from hooks at A while Redis is gone or hangs, and B has all of it when Redis is back', async () => {
    const session = await b.signUp();
    const { seqs } = await follow(b, session);
    sweep.on();
    await cluster.redis.kill();
    for (let sent = 0; sent < 5; sent++) await report(a, session);
    await until(() => seqs().length >= 5, 'the five of the outage');
    await cluster.redis.restart();
    for (let sent = 0; sent < 5; sent++) await report(a, session);
    await until(() => seqs().length >= 10, 'all ten');
    cluster.redis.hang();
    for (let sent = 0; sent < 5; sent++) await report(a, session);
    await until(() => seqs().length >= 15, 'those published to a Redis that hangs');
    cluster.redis.wake();
    await report(a, session);
    await until(() => seqs().length >= 16, 'the one after it');
    expect(seqs()).toEqual(range(1, 16));
  });
});
