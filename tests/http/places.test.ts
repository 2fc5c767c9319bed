import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHttpClient, type HttpClient, registerUser } from '../../rig/clients/http-client.ts';
import { until } from '../../rig/wait.ts';
import type { BarPage } from '../../src/domain/market/history.ts';
import { MAX_MARKET_READS, MAX_MARKET_READS_WAITING } from '../../src/protocol/limits.ts';
import { startHttpApp } from '../support/http-parts.ts';

const ALL = MAX_MARKET_READS + MAX_MARKET_READS_WAITING;
const PAGE: BarPage = { bars: [], truncated: false, delayed: false, stale: false };

interface Read {
  readonly signal: AbortSignal;
  answer(): void;
}
/** What the market has been asked for, in its order. */
const reads: Read[] = [];
let url: string;
let stop: () => Promise<void>;
beforeAll(async () => {
  const app = await startHttpApp({
    parts: {
      instruments: {
        get: async (symbol) => ({ symbol, name: symbol }),
        knows: () => true,
        search: async () => [],
      },
      marketQuotes: {
        quote: () => Promise.reject(new Error('not asked for')),
        snapshot: () => Promise.reject(new Error('not asked for')),
        stateOf: () => 'live',
      },
      history: {
        bars: (_request, signal) =>
          new Promise((resolve, reject) => {
            reads.push({ signal: signal!, answer: () => resolve(PAGE) });
            signal!.addEventListener('abort', () => reject(signal!.reason));
          }),
      },
    },
  });
  ({ url, stop } = app);
});
afterAll(() => stop());

const CHART = '/api/market/historical/AAPL?from=2026-11-19&to=2026-11-20';

async function signIn(): Promise<HttpClient> {
  const client = createHttpClient(url);
  await registerUser(client);
  return client;
}
/** A connection that is closed by `gone`, as by a page that is left. */
function readAndLeave({ cookies }: HttpClient, gone: AbortSignal): Promise<string> {
  const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
  return fetch(new URL(CHART, url), { headers: { cookie }, signal: gone }).then(
    ({ status }) => String(status),
    (error: Error) => error.name,
  );
}
/** Answers what is read until all have their answer. */
async function answerAll(asked: readonly Promise<unknown>[]): Promise<void> {
  let open = true;
  void Promise.allSettled(asked).then(() => {
    open = false;
  });
  await until(() => {
    for (const read of reads.splice(0)) read.answer();
    return !open;
  }, 'all have their answer');
}

describe('charts and chains that one user reads at once', () => {
  test('are few, so that another user does not wait; more wait for their turn', async () => {
    const [busy, other] = [await signIn(), await signIn()];
    const asked = Array.from({ length: MAX_MARKET_READS + 3 }, () => busy.get(CHART));
    await until(() => reads.length === MAX_MARKET_READS, 'as many are read as may be');
    const answer = other.get(CHART);
    await until(() => reads.length === MAX_MARKET_READS + 1, 'the other user is served at once');
    reads.at(-1)!.answer();
    expect((await answer).status).toBe(200);
    expect(reads).toHaveLength(MAX_MARKET_READS + 1);
    await answerAll(asked);
    for (const one of await Promise.all(asked)) expect(one.status).toBe(200);
  });

  test('are read no longer when the client has gone, and those that wait are never asked for', async () => {
    const client = await signIn();
    const gone = new AbortController();
    const asked = Array.from({ length: ALL + 1 }, () => readAndLeave(client, gone.signal));
    // All of them have arrived: one too many is refused.
    expect(await Promise.race(asked)).toBe('429');
    const left = reads.splice(0);
    gone.abort();
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['429', 'AbortError']));
    await until(() => left.every(({ signal }) => signal.aborted), 'the work has ended');
    const again = client.get(CHART);
    await until(() => reads.length > 0, 'a new one is read');
    expect(reads).toHaveLength(1);
    await answerAll([again]);
    expect((await again).status).toBe(200);
  });

  test('are refused beyond those that may wait, with the time to wait', async () => {
    const client = await signIn();
    const asked = Array.from({ length: ALL + 1 }, () => client.get(CHART));
    const refused = await Promise.race(asked);
    expect([refused.status, refused.body]).toMatchObject([
      429,
      { code: 'RATE_LIMITED', retryAfterMs: 1_000 },
    ]);
    expect(refused.headers.get('retry-after')).toBe('1');
    await answerAll(asked);
    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(ALL);
  });
});
