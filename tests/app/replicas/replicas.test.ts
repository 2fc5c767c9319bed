import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ask } from '../../../rig/clients/ask.ts';
import { next } from '../../../rig/clients/stock-client.ts';
import { startCluster, type TestCluster } from '../../support/cluster.ts';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startCluster({ replicas: 2 });
});
afterAll(() => cluster.close());

describe('two replicas', () => {
  test('a quote of the engine reaches a client of the other', async () => {
    const [, other] = cluster.apps;
    const session = await other!.signUp();
    const socket = await other!.connect(session);
    await ask(socket, 'subscribe:watchlist', ['AAPL']);
    const heard = next(socket, 'quote:update', (quote) => quote.price === 187.5);
    cluster.tick('AAPL', 187.5);
    expect((await heard).symbol).toBe('AAPL');
  });

  test('a trade reported to one reaches a client of the other', async () => {
    const [one, other] = cluster.apps;
    const session = await other!.signUp();
    const socket = await other!.connect(session);
    await ask(socket, 'subscribe:trades');
    const told = next(socket, 'trade:executed');
    const answer = await one!.hook('/hooks/trades', {
      eventId: 'over-the-bus',
      userId: session.user.id,
      type: 'executed',
      trade: { id: 't1', symbol: 'TSLA', side: 'buy', quantity: 5, price: 250.25 },
    });
    expect(answer.status).toBe(202);
    expect((await told).id).toBe('t1');
  });
});
