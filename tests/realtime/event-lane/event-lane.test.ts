import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type SignedIn, startApp, type TestApp } from '../../../rig/app.ts';
import { ask } from '../../../rig/clients/ask.ts';
import { collect, next } from '../../../rig/clients/stock-client.ts';
import { createTestClock } from '../../../rig/clock.ts';
import { createTestDatabase, type PostgresTestDatabase } from '../../../rig/database/database.ts';
import { createSweepSwitch } from '../../../rig/ports/sweep-switch.ts';
import { until } from '../../../rig/wait.ts';
import type { JournalPosition } from '../../../src/protocol/trades.ts';

/** Two services on one Postgres without a bus between them: what one commits, the other has to find by itself. */
let app: TestApp;
let other: TestApp;
let database: PostgresTestDatabase;
const clock = createTestClock();
beforeAll(async () => {
  database = await createTestDatabase('postgres');
  app = await startApp({ clock, env: { DATABASE_URL: database.url } });
  other = await startApp({ env: { DATABASE_URL: database.url } });
});
afterAll(async () => {
  await other.close();
  await app.close();
  await database.close();
});

let eventCount = 0;
const report = async (service: TestApp, session: SignedIn, id = `t-${++eventCount}`): Promise<number> => {
  const answer = await service.hook('/hooks/trades', {
    eventId: `event-${id}`,
    userId: session.user.id,
    type: 'executed',
    trade: { id, symbol: 'AAPL', side: 'buy', quantity: 10, price: 175.5 },
  });
  expect(answer.status).toBe(202);
  return (answer.body.data as { seq: number }).seq;
};

const follow = async (session: SignedIn, position?: { epoch: string; after: number }) => {
  const socket = await app.connect(session);
  const events = collect(socket, 'subscription:confirmed', 'trade:executed', 'trade:failed', 'order:update');
  const answer = await ask(socket, 'subscribe:trades', ...(position ? [position] : []));
  const seqs = (): number[] =>
    events
      .filter(({ event }) => event !== 'subscription:confirmed')
      .map(({ payload }) => (payload as JournalPosition).seq);
  return {
    socket,
    events,
    seqs,
    answer: answer as { ok: boolean; epoch: string; head: number; recovered: boolean },
  };
};

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('the event lane', () => {
  test('tells every connection of the user each event once, in order, and nobody else', async () => {
    const [session, stranger] = [await app.signUp(), await app.signUp()];
    const [first, second, foreign] = [await follow(session), await follow(session), await follow(stranger)];
    expect(first.answer).toMatchObject({ ok: true, head: 0, recovered: false });
    for (let count = 0; count < 20; count++) await report(app, session);
    await until(() => first.seqs().length >= 20 && second.seqs().length >= 20, 'both have heard all');
    expect(first.seqs()).toEqual(range(1, 20));
    expect(second.seqs()).toEqual(range(1, 20));
    expect(foreign.seqs()).toEqual([]);
    expect(first.events.at(-1)?.payload).toMatchObject({
      symbol: 'AAPL',
      side: 'buy',
      quantity: 10,
      price: 175.5,
      status: 'filled',
      source: 'external',
    });
  });

  test('replays what was missed after a reconnect, then goes on live, without a hole or a repeat', async () => {
    const session = await app.signUp();
    const before = await follow(session);
    await report(app, session);
    await report(app, session);
    await until(() => before.seqs().length === 2, 'two were heard');
    before.socket.disconnect();
    for (let batch = 0; batch < 14; batch++) {
      await Promise.all(Array.from({ length: 50 }, () => report(app, session)));
    }

    const after = await follow(session, { epoch: before.answer.epoch, after: 2 });
    expect(after.answer).toMatchObject({ recovered: true, head: 702 });
    expect(after.events[0]?.event).toBe('subscription:confirmed');
    await report(app, session);
    await until(() => after.seqs().length >= 701, 'all missed ones and the new one');
    expect(after.seqs()).toEqual(range(3, 703));
  });

  test('interleaves a burst with subscriptions that begin in the middle of it', async () => {
    const session = await app.signUp();
    const sender = (async () => {
      for (let count = 0; count < 150; count++) await report(app, session);
    })();
    const { epoch } = (await follow(session)).answer;
    const late: Awaited<ReturnType<typeof follow>>[] = [];
    for (let count = 0; count < 3; count++) late.push(await follow(session, { epoch, after: 0 }));
    await sender;
    await until(() => late.every(({ seqs }) => seqs().length >= 150), 'everyone has all');
    for (const { seqs } of late) expect(seqs()).toEqual(range(1, 150));
  });

  test('says recovered:false and replays nothing for another epoch or a number that was never given', async () => {
    const session = await app.signUp();
    await report(app, session);
    const otherEpoch = await follow(session, { epoch: 'another', after: 0 });
    expect(otherEpoch.answer.recovered).toBe(false);
    const fromTheFuture = await follow(session, { epoch: otherEpoch.answer.epoch, after: 99 });
    expect(fromTheFuture.answer.recovered).toBe(false);
    await report(app, session);
    await until(() => otherEpoch.seqs().length > 0 && fromTheFuture.seqs().length > 0, 'live goes on');
    expect([otherEpoch.seqs(), fromTheFuture.seqs()]).toEqual([[2], [2]]);
  });

  test('finds a lost notice when the next one shows the hole', async () => {
    const session = await app.signUp();
    const { seqs } = await follow(session);
    await report(app, session);
    await report(other, session);
    await report(other, session);
    await report(app, session);
    await until(() => seqs().length >= 4, 'the hole is filled');
    expect(seqs()).toEqual([1, 2, 3, 4]);
  });

  test('finds a lost last notice by the sweep, which also tells journal:head', async () => {
    const session = await app.signUp();
    const { socket, seqs, answer } = await follow(session);
    const head = next(socket, 'journal:head', ({ seq }) => seq === 1);
    await report(other, session);
    clock.advance(10_000);
    expect(await head).toEqual({ epoch: answer.epoch, seq: 1 });
    await until(() => seqs().length >= 1, 'the last event');
    expect(seqs()).toEqual([1]);
  });

  test('does not find it without the sweep: the control of the drill', async () => {
    const blind = await startApp({
      clock,
      env: { DATABASE_URL: database.url },
      wrap: { journal: createSweepSwitch().wrap },
    });
    const session = await app.signUp();
    const { seqs } = await follow(session);
    const socket = await blind.connect(session);
    const heard = collect(socket, 'trade:executed');
    await ask(socket, 'subscribe:trades');
    await report(other, session);
    clock.advance(10_000);
    await until(() => seqs().length >= 1, 'the sweep of the other service');
    expect(heard).toEqual([]);
    await report(blind, session);
    await until(() => heard.length === 2, 'the next notice shows the hole all the same');
    await blind.close();
  });

  test('ends with unsubscribe:trades', async () => {
    const session = await app.signUp();
    const { socket, seqs } = await follow(session);
    expect(await ask(socket, 'unsubscribe:trades')).toEqual({ ok: true, type: 'trades' });
    await report(app, session);
    const again = await follow(session, undefined);
    await report(app, session);
    await until(() => again.seqs().length === 1, 'a later subscriber hears it');
    expect(seqs()).toEqual([]);
  });

  test('hears at once of a hook that spells the user id in capitals, and the sender is told so', async () => {
    const session = await app.signUp();
    const { seqs } = await follow(session);
    const shouting = { ...session, user: { ...session.user, id: session.user.id.toUpperCase() } };
    expect(await report(app, shouting)).toBe(1);
    await until(() => seqs().length === 1, 'the event');
  });

  test('is the same list over HTTP', async () => {
    const session = await app.signUp();
    const { events, answer } = await follow(session);
    for (let count = 0; count < 5; count++) await report(app, session);
    await until(() => events.length >= 6, 'all five');
    const page = await app.request('GET', '/api/trades?after=2&limit=2', { cookie: session.cookie });
    expect(page.body.data).toMatchObject({
      epoch: answer.epoch,
      head: 5,
      events: [{ payload: { seq: 3 } }, { payload: { seq: 4 } }],
    });
  });
});
