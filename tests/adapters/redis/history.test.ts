import { expect, test } from '@jest/globals';
import type { Breaker } from '../../../src/adapters/redis/breaker.ts';
import type { RedisClients } from '../../../src/adapters/redis/clients.ts';
import { createRedisHistory } from '../../../src/adapters/redis/history.ts';

const at = '2026-03-02T15:30:00.000Z';
const history = { from: at, everyMs: 10_000, connections: [5, null, 7] };
const joined = { kind: 'replica-joined', replica: 'a', at, lastAt: at, count: 1 };

/** What a replica that starts reads where Redis has this text. */
const loaded = (text: string | null) => {
  const breaker: Pick<Breaker, 'ask' | 'onClose'> = { ask: (command) => command(), onClose() {} };
  const commands = { get: async () => text } as unknown as RedisClients['commands'];
  return createRedisHistory({ clients: { commands }, breaker, prefix: 'test' }).load();
};

test('a replica that starts reads what another one kept', async () => {
  expect(await loaded(JSON.stringify({ history, incidents: [joined] }))).toEqual({
    history,
    incidents: [joined],
  });
});

test('an incident of a newer replica is left out, and the rest stays', async () => {
  const newer = { ...joined, kind: 'disk-full' };
  const kept = { history: { ...history, tickers: 9 }, incidents: [newer, joined, 5], orders: [] };
  expect(await loaded(JSON.stringify(kept))).toEqual({ history, incidents: [joined] });
});

test.each([null, '', 'no JSON', 'null', '{}', '{"history":{},"incidents":[]}'])(
  'nothing is remembered of %j',
  async (text) => {
    expect(await loaded(text)).toBeNull();
  },
);
