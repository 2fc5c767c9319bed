import { expect, test } from '@jest/globals';
import { ask, next, startApp, until } from '../support/app.ts';

test('a shutdown tells every client when to come back, closes them by transport and refuses new ones', async () => {
  const app = await startApp({ env: { DRAIN_SECONDS: '1' } });
  const session = await app.signUp();
  const sockets = [await app.connect(session), await app.connect(session)];
  const notices = sockets.map((socket) => next(socket, 'server:shutdown'));
  const reasons = sockets.map((socket) => new Promise((resolve) => socket.once('disconnect', resolve)));
  const late = app.open({ auth: { sessionID: session.sessionID }, autoConnect: false });
  const refusal = new Promise<Error & { data?: unknown }>((resolve) => late.once('connect_error', resolve));

  const ready = (await app.request('GET', '/ready')).status;
  const closing = app.close();
  const [first] = await Promise.all(notices);
  late.connect();
  expect(first).toMatchObject({ message: expect.any(String), reconnectInMs: expect.any(Number) });
  expect(first?.reconnectInMs).toBeGreaterThan(0);
  expect((await refusal).message).toMatch(/Service unavailable|websocket error|xhr poll error/);
  // Only a closed transport makes a stock client come back by itself.
  expect(await Promise.all(reasons)).toEqual(['transport close', 'transport close']);
  await closing;
  expect(ready).toBe(200);
});

test('stopping twice is stopping once', async () => {
  const app = await startApp();
  await Promise.all([app.stop(), app.stop()]);
  await app.close();
});

test('a service started again on its data has everything, and a client catches up from where it was', async () => {
  const first = await startApp();
  const session = await first.signUp();
  const socket = await first.connect(session);
  const { epoch } = (await ask(socket, 'subscribe:trades')) as { epoch: string };
  const report = (id: string) => ({
    eventId: id,
    userId: session.user.id,
    type: 'executed',
    trade: { id, symbol: 'AAPL', side: 'buy', quantity: 1, price: 1.5 },
  });
  await first.hook('/hooks/trades', report('one'));
  await first.hook('/hooks/trades', report('two'));
  await first.stop();

  const second = await startApp({ dataDir: first.dataDir });
  try {
    const again = await second.connect(session);
    const seqs: number[] = [];
    again.on('trade:executed', ({ seq }) => seqs.push(seq));
    expect(await ask(again, 'subscribe:trades', { epoch, after: 1 })).toMatchObject({
      recovered: true,
      head: 2,
    });
    await until(() => seqs.length > 0, 'the missed event');
    expect(seqs).toEqual([2]);
    expect((await second.hook('/hooks/trades', report('two'))).body).toMatchObject({
      data: { duplicate: true, seq: 2 },
    });
  } finally {
    await second.close();
  }
});
