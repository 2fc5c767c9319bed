import { afterEach, expect, test } from '@jest/globals';
import { createTestClock } from '../../../rig/clock.ts';
import { silentLog } from '../../../rig/log.ts';
import type { RestAnswer } from '../../../rig/stand-ins/massive/account.ts';
import { type MassiveStandIn, startMassiveStandIn } from '../../../rig/stand-ins/massive/stand-in.ts';
import { createMassiveRest } from '../../../src/adapters/massive/rest.ts';
import { createRequestPace } from '../../../src/lib/request-pace.ts';

let upstream: MassiveStandIn | null = null;
let stop = (): void => {};
afterEach(async () => {
  stop();
  await upstream?.close();
  upstream = null;
});

async function start(rest: (url: URL) => RestAnswer) {
  upstream = await startMassiveStandIn('key');
  upstream.behaviour.rest = rest;
  const clock = createTestClock();
  const pace = createRequestPace({ clock, perSecond: 1 });
  const options = { apiKey: 'key', restUrl: upstream.restUrl, pace, clock, log: silentLog };
  const [client, other] = [createMassiveRest(options), createMassiveRest(options)];
  stop = client.stop;
  return { client, other, clock, asked: upstream.asked, until: upstream.until };
}
const OK = () => ({ body: { status: 'OK' } });

test('a request of a person that would wait long is refused at once, with the time of its turn; others keep theirs', async () => {
  const { client, clock, asked } = await start(OK);
  const waiting = Array.from({ length: 6 }, () => client.once('/v2/some'));
  const refusal = await client.once('/v2/some').catch((error: unknown) => error);
  expect(refusal).toMatchObject({ status: 429, retryAfterMs: expect.any(Number) });
  const { retryAfterMs } = refusal as { retryAfterMs: number };
  expect(retryAfterMs).toBeGreaterThan(5_000);
  expect(retryAfterMs).toBeLessThanOrEqual(6_000);
  clock.advance(retryAfterMs);
  await Promise.all(waiting);
  expect(asked).toHaveLength(6);
  await client.once('/v2/some');
  expect(asked).toHaveLength(7);
});

test('a request that nobody waits for is tried three times, and fails right after the third', async () => {
  const { client, clock, asked, until } = await start(() => ({
    status: 429,
    headers: { 'retry-after': '30' },
    body: {},
  }));
  const answer = client.get('/v2/some').catch((error: unknown) => error);
  for (const attempt of [1, 2]) {
    await until(() => asked.length === attempt);
    // The answer is read in turns of the loop after the request was seen.
    while (asked.length === attempt) {
      clock.advance(31_000);
      await new Promise(setImmediate);
    }
  }
  const before = clock.now();
  expect(await answer).toMatchObject({ status: 429 });
  expect(clock.now() - before).toBeLessThan(30_000);
  expect(asked).toHaveLength(3);
});

test('when upstream asks for a pause, no request of the key goes out before its end, whoever asks', async () => {
  let isBusy = true;
  const { client, clock, asked, other } = await start(() =>
    isBusy ? { status: 429, headers: { 'retry-after': '30' }, body: {} } : OK(),
  );
  await expect(client.once('/v2/some')).rejects.toMatchObject({ status: 429, retryAfterMs: 30_000 });
  isBusy = false;
  for (const one of [client, other]) {
    const refusal = await one.once('/v2/other').catch((error: unknown) => error);
    expect(refusal).toMatchObject({ status: 429, retryAfterMs: expect.any(Number) });
    expect((refusal as { retryAfterMs: number }).retryAfterMs).toBeGreaterThan(20_000);
  }
  expect(asked).toHaveLength(1);
  clock.advance(30_000);
  await other.once('/v2/other');
  expect(asked).toHaveLength(2);
});

test('requests that wait already when upstream asks for a pause are refused at once, with the time of their turn', async () => {
  const { client, asked, until } = await start(() => ({
    status: 429,
    headers: { 'retry-after': '30' },
    body: {},
  }));
  const refusals = await Promise.all(
    Array.from({ length: 5 }, () => client.once('/v2/some').catch((error: unknown) => error)),
  );
  await until(() => asked.length === 1);
  for (const refusal of refusals) {
    expect(refusal).toMatchObject({ status: 429, retryAfterMs: expect.any(Number) });
    expect((refusal as { retryAfterMs: number }).retryAfterMs).toBeGreaterThan(20_000);
  }
});

test.each([403, 404, 503])(
  'a refusal of %d that a gateway writes in HTML is one by its status',
  async (status) => {
    const { client, asked } = await start(() => ({ status, body: '<html>no</html>' }));
    await expect(client.get('/v2/some')).rejects.toMatchObject({ status });
    expect(asked).toHaveLength(1);
  },
);

test('a pause that a gateway asks for in HTML holds the key, too', async () => {
  const { client, other, asked } = await start(() => ({
    status: 429,
    headers: { 'retry-after': '30' },
    body: '<html>slow down</html>',
  }));
  await expect(client.once('/v2/some')).rejects.toMatchObject({ status: 429, retryAfterMs: 30_000 });
  await expect(other.once('/v2/other')).rejects.toMatchObject({ status: 429 });
  expect(asked).toHaveLength(1);
});
