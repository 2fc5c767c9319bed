import { expect, test } from '@jest/globals';
import { startApp } from '../../rig/app.ts';
import { ask } from '../../rig/clients/ask.ts';
import { next } from '../../rig/clients/stock-client.ts';
import { until } from '../../rig/wait.ts';

test('without Redis the engine stays to the end of the drain: who is still connected goes on seeing prices and trading', async () => {
  const app = await startApp({ env: { DRAIN_SECONDS: '4' } });
  try {
    const session = await app.signUp();
    const sockets = await Promise.all([1, 2, 3].map(() => app.connect(session)));
    const last = sockets.at(-1)!;
    await ask(last, 'subscribe:watchlist', ['AAPL']);
    await ask(last, 'subscribe:trades');
    await until(() => app.market.wanted().has('AAPL'), 'AAPL is wanted');
    app.market.tick('AAPL', 100);
    await next(last, 'quote:update', ({ price }) => price === 100);

    const told = next(last, 'server:shutdown');
    const stopping = app.stop();
    await told;
    const [shown, executed] = [
      next(last, 'quote:update', ({ price }) => price === 101),
      next(last, 'trade:executed'),
    ];
    app.market.tick('AAPL', 101);
    await shown;
    const order = {
      clientOrderId: 'late',
      symbol: 'AAPL',
      side: 'buy',
      type: 'market',
      quantity: 1,
    } as const;
    expect(await ask(last, 'order:place', order)).toMatchObject({ ok: true });
    expect(await executed).toMatchObject({ symbol: 'AAPL', quantity: 1 });
    await stopping;
  } finally {
    await app.close();
  }
});
