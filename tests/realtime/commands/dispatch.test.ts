import { expect, test } from '@jest/globals';
import { silentLog } from '../../../rig/log.ts';
import { createLocalRateLimiter } from '../../../src/adapters/local/rate-limiter.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { createMetrics } from '../../../src/metrics/index.ts';
import { TradecastError } from '../../../src/protocol/errors.ts';
import { createDispatch } from '../../../src/realtime/commands/dispatch.ts';
import { createGate } from '../../../src/realtime/commands/gate.ts';
import type { Handlers } from '../../../src/realtime/commands/handlers.ts';
import { createMemoryPeer } from '../../support/memory-peer.ts';

/** Asks one connection to subscribe to trades, which may be done once a minute. */
function createAsk(subscribe: Handlers['subscribe:trades']) {
  const once = { points: 1, seconds: 60 };
  const gate = createGate({
    limiter: createLocalRateLimiter({
      'subscribe:trades': once,
      'user:subscribe:trades': { points: 5, seconds: 60 },
    }),
    checkSession: async () => {},
    clock: systemClock,
    metrics: createMetrics().realtime,
    log: silentLog,
    send() {},
    onFlood() {},
    onSessionEnded() {},
  });
  const handlers = { 'subscribe:trades': subscribe } as Partial<Handlers> as Handlers;
  const dispatch = createDispatch({ handlers, gate, send() {} });
  const peer = createMemoryPeer();
  return () => new Promise<unknown>((resolve) => dispatch.receive(peer, 'subscribe:trades', [], resolve));
}
const subscribed = { ack: { type: 'trades', epoch: 'e1', head: 0, recovered: true, timestamp: '' } } as const;

test('a first subscription that the service could not do may be tried again at once; one that worked has cost its point', async () => {
  let isAway = true;
  const ask = createAsk(() => {
    if (isAway) throw new TradecastError('UNAVAILABLE', 'The database does not answer right now.');
    return subscribed;
  });
  expect(await ask()).toMatchObject({ ok: false, code: 'UNAVAILABLE' });
  expect(await ask()).toMatchObject({ ok: false, code: 'UNAVAILABLE' });
  isAway = false;
  expect(await ask()).toMatchObject({ ok: true });
  expect(await ask()).toMatchObject({ ok: false, code: 'RATE_LIMITED' });
});

test('of two first subscriptions in one burst one is confirmed and one is over the limit', async () => {
  const { promise: database, resolve: answer } = Promise.withResolvers<void>();
  const ask = createAsk(async () => {
    await database;
    return subscribed;
  });
  const asked = [ask(), ask()];
  answer();
  expect(await Promise.all(asked)).toMatchObject([{ ok: true }, { ok: false, code: 'RATE_LIMITED' }]);
});

test('first subscriptions that are refused again and again are limited', async () => {
  const ask = createAsk(() => {
    throw new TradecastError('UNKNOWN_SYMBOL', 'No such symbol.');
  });
  const answers = await Promise.all(Array.from({ length: 60 }, ask));
  const codes = answers.map((said) => (said as { code: string }).code);
  expect(codes).toEqual(['UNKNOWN_SYMBOL', ...Array<string>(59).fill('RATE_LIMITED')]);
});
