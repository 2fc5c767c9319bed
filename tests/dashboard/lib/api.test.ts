/** @jest-environment node */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createApi } from '../../../dashboard/src/lib/api.ts';
import { ApiError } from '../../../dashboard/src/lib/http.ts';
import { type Double, refuse, startDouble } from '../support/double.ts';
import { httpFetch } from '../support/http-fetch.ts';
import { manualTimers } from '../support/timers.ts';
import { until } from '../support/until.ts';

let server: Double;
beforeEach(async () => {
  server = await startDouble();
});
afterEach(() => server.close());

const failure = async (work: Promise<unknown>): Promise<ApiError> => {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ApiError);
  return error as ApiError;
};
const htmlAnswer = (status: number) => async () =>
  ({ status, headers: new Headers(), text: async () => '<h1>Bad gateway</h1>' }) as Response;

test('a refusal has the server’s code, sentence and wait', async () => {
  server.routes['GET /api/portfolio'] = () => refuse(429, 'RATE_LIMITED', 'Slow down.', 5_000);
  const error = await failure(createApi({ fetch: httpFetch(server.url) }).portfolio());
  expect(error).toMatchObject({
    code: 'RATE_LIMITED',
    message: 'Slow down.',
    retryAfterMs: 5_000,
    answered: true,
  });
});

test('a refused sign-in is not an ended session, a refused request is', async () => {
  const api = createApi({ fetch: httpFetch(server.url) });
  let told = 0;
  api.onUnauthenticated(() => {
    told += 1;
  });
  server.routes['POST /api/auth/login'] = () => refuse(401, 'INVALID_CREDENTIALS', 'Wrong.');
  await failure(api.signIn({ username: 'a', password: 'b' }));
  expect(told).toBe(0);
  server.routes['GET /api/orders'] = () => refuse(401, 'UNAUTHENTICATED', 'Sign in first.');
  await failure(api.orders());
  expect(told).toBe(1);
});

test.each([502, 200])('an answer that is no JSON (status %d) is not an answer', async (status) => {
  const error = await failure(createApi({ fetch: htmlAnswer(status) }).portfolio());
  expect(error).toMatchObject({ code: 'UNAVAILABLE', answered: false });
  expect(error.message).not.toContain('<');
  // The connection is not the culprit: something has answered.
  expect(error.message).not.toContain('connection');
});

test('a request without an answer is given up after ten seconds', async () => {
  const timers = manualTimers();
  const hanging = (_path: string, { signal }: RequestInit) =>
    new Promise<Response>((_resolve, reject) =>
      signal?.addEventListener('abort', () => reject(new Error('aborted'))),
    );
  const work = failure(createApi({ fetch: hanging, timers }).portfolio());
  expect(timers.waits()).toEqual([10_000]);
  timers.advance(10_000);
  expect(await work).toMatchObject({
    code: 'UNAVAILABLE',
    message: 'The server takes too long to answer. Try again in a moment.',
    answered: false,
  });
  await until(() => timers.waits().length === 0);
});

test('an order carries its key in the header too', async () => {
  const sent: RequestInit[] = [];
  const api = createApi({
    fetch: (path, init) => {
      sent.push(init);
      return httpFetch(server.url)(path, init);
    },
  });
  await api.placeOrder({ clientOrderId: 'k1', symbol: 'AAPL', side: 'buy', type: 'market', quantity: 1 });
  expect(sent[0]?.headers).toMatchObject({ 'idempotency-key': 'k1', 'content-type': 'application/json' });
});
