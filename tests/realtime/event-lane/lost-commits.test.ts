import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type SignedIn, startApp, type TestApp } from '../../../rig/app.ts';
import { accepted, ask } from '../../../rig/clients/ask.ts';
import { sendSignal } from '../../../rig/clients/hooks.ts';
import { collect, connected, disconnected } from '../../../rig/clients/stock-client.ts';
import { createTestDatabase, type PostgresTestDatabase } from '../../../rig/database/database.ts';
import { until } from '../../../rig/wait.ts';
import type { SignalPayload } from '../../../src/protocol/signals.ts';
import { openPlain } from '../../support/plain-client.ts';

/** A running service whose database has lost its newest commits, as after a failover. */
let app: TestApp;
let database: PostgresTestDatabase;
let reader: SignedIn;
beforeAll(async () => {
  database = await createTestDatabase('postgres');
  app = await startApp({ env: { DATABASE_URL: database.url } });
  reader = await app.signUp();
});
afterAll(async () => {
  await app.close();
  await database.close();
});

/** A client that comes back by itself, as a stock client does. */
const RETURNING = { reconnection: true, reconnectionDelay: 50 };

const send = async (id: string): Promise<void> => {
  const [timestamp, source] = [new Date().toISOString(), 'momentum' as const];
  const body = { id, symbol: 'AAPL', action: 'buy', premium: false, source, timestamp };
  expect((await sendSignal(app.url, body)).status).toBe(202);
};

async function loseTheLastSignal(): Promise<void> {
  await database.db.transaction(async (tx) => {
    const [row] = await tx.query<{ seq: number }>(
      "UPDATE signal_streams SET seq = seq - 1 WHERE stream = 'free' RETURNING seq + 1 AS seq",
      [],
    );
    const lost = ['free', row!.seq];
    await tx.query('DELETE FROM signal_quotes WHERE stream = $1 AND seq = $2', lost);
    await tx.query('DELETE FROM signal_deliveries WHERE stream = $1 AND seq = $2', lost);
    await tx.query('DELETE FROM signals WHERE stream = $1 AND seq = $2', lost);
  });
}

async function follow() {
  const socket = await app.connect(reader, RETURNING);
  const heard = collect(socket, 'signal:new');
  const { streams } = accepted(await ask(socket, 'subscribe:signals'));
  const signals = () => heard.map(({ payload }) => payload as SignalPayload);
  return { socket, signals, epoch: streams.free.epoch };
}

async function reportTrade(user: SignedIn): Promise<void> {
  const id = randomUUID();
  const trade = { id, symbol: 'AAPL', side: 'buy', quantity: 1, price: 175.5 };
  const event = { eventId: id, userId: user.user.id, type: 'executed', trade };
  expect((await app.hook('/hooks/trades', event)).status).toBe(202);
}

describe('after a failover that lost an acknowledged commit', () => {
  test('readers of signals connect again, begin anew in another epoch, and get the number that is used again', async () => {
    const { socket, signals, epoch } = await follow();
    const plain = openPlain(app.port, { path: '/ws/signals', headers: { cookie: reader.cookie } });
    await plain.next('connected');
    await send('first');
    await send('lost');
    await until(() => signals().length === 2, 'both have arrived');
    const after = signals()[1]!.seq;
    const closed = disconnected(socket);
    await loseTheLastSignal();
    await closed;
    expect(await plain.closed).toEqual({ code: 1012, reason: 'resubscribe' });

    // The stock client comes back by itself.
    await connected(socket);
    const positions = { free: { epoch, after } };
    const { streams } = accepted(await ask(socket, 'subscribe:signals', { positions }));
    expect(streams.free).toMatchObject({ head: after - 1, recovered: false });
    expect(streams.free.epoch).not.toBe(epoch);
    await send('again');
    await until(() => signals().length === 3, 'the next one has arrived');
    expect(signals()[2]).toMatchObject({ id: 'again', seq: after, epoch: streams.free.epoch });
  });

  test('a number that is used again before anyone looks is not taken for the signal that was lost', async () => {
    const { socket, signals, epoch } = await follow();
    await send('another-lost');
    await until(() => signals().length === 1, 'it has arrived');
    const closed = disconnected(socket);
    await loseTheLastSignal();
    await send('in-its-place');
    await closed;
    await connected(socket);
    const positions = { free: { epoch, after: signals()[0]!.seq } };
    expect(accepted(await ask(socket, 'subscribe:signals', { positions })).streams.free.recovered).toBe(
      false,
    );
  });

  test('the owner of a journal connects again, and begins anew in another epoch', async () => {
    const owner = await app.signUp();
    const socket = await app.connect(owner, RETURNING);
    const heard = collect(socket, 'trade:executed');
    const { epoch } = accepted(await ask(socket, 'subscribe:trades'));
    await reportTrade(owner);
    await reportTrade(owner);
    await until(() => heard.length === 2, 'both have arrived');
    const closed = disconnected(socket);
    await database.db.transaction(async (tx) => {
      await tx.query('DELETE FROM journal WHERE user_id = $1 AND seq = 2', [owner.user.id]);
      await tx.query('UPDATE journal_heads SET seq = 1 WHERE user_id = $1', [owner.user.id]);
    });
    await closed;
    await connected(socket);
    const answer = accepted(await ask(socket, 'subscribe:trades', { epoch, after: 2 }));
    expect(answer).toMatchObject({ head: 1, recovered: false });
    expect(answer.epoch).not.toBe(epoch);
  });
});
