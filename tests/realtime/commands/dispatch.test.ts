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

test('a first subscription that failed may be tried again at once; one that worked has cost its point', async () => {
  let isAway = true;
  const subscribe: Handlers['subscribe:trades'] = () => {
    if (isAway) throw new TradecastError('UNAVAILABLE', 'The database does not answer right now.');
    return { ack: { type: 'trades', epoch: 'e1', head: 0, recovered: true, timestamp: '' } };
  };
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
  const ask = () =>
    new Promise<unknown>((resolve) => dispatch.receive(peer, 'subscribe:trades', [], resolve));

  expect(await ask()).toMatchObject({ ok: false, code: 'UNAVAILABLE' });
  expect(await ask()).toMatchObject({ ok: false, code: 'UNAVAILABLE' });
  isAway = false;
  expect(await ask()).toMatchObject({ ok: true });
  expect(await ask()).toMatchObject({ ok: false, code: 'RATE_LIMITED' });
});
