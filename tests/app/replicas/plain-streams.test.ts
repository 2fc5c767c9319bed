import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { SignedIn, TestApp } from '../../../rig/app.ts';
import { sendSignal } from '../../../rig/clients/hooks.ts';
import { until } from '../../../rig/wait.ts';
import type { SentimentRow } from '../../../src/protocol/darkpool.ts';
import type { SignalStream } from '../../../src/protocol/signals.ts';
import type { Tier } from '../../../src/protocol/tier.ts';
import { startCluster, type TestCluster } from '../../support/cluster.ts';
import { openPlain, type PlainClient } from '../../support/plain-client.ts';

/** `/ws/signals` and `/ws` of two replicas over a real Redis and Postgres; the first replica is the engine. */
let cluster: TestCluster;
let engine: TestApp;
let other: TestApp;
const opened: PlainClient[] = [];
beforeAll(async () => {
  const env = { RATE_LIMITS: 'connect=1000/60', DARKPOOL_SYMBOLS: 'watched' };
  cluster = await startCluster({ replicas: 2, app: { env } });
  [engine, other] = cluster.apps as [TestApp, TestApp];
  await until(() => engine.market.wanted().has('AAPL'), 'the featured symbols are wanted');
});
/** Redis hangs: its connections stay open and nothing is answered. */
const redisHangs = (): void => void process.kill(cluster.redis.pid, 'SIGSTOP');
const redisGoesOn = (): void => void process.kill(cluster.redis.pid, 'SIGCONT');
afterEach(() => {
  redisGoesOn();
  for (const { ws } of opened.splice(0)) ws.terminate();
});
afterAll(() => cluster.close());

async function signUp(tier: Tier): Promise<SignedIn> {
  const who = await engine.signUp();
  if (tier !== 'STARTER')
    await engine.hook('/hooks/tier', { eventId: randomUUID(), userId: who.user.id, tier });
  return who;
}
function open({ port }: TestApp, path: string, headers: Record<string, string> = {}): PlainClient {
  const client = openPlain(port, { path, headers });
  opened.push(client);
  return client;
}
async function greeted(app: TestApp, path: string, { cookie }: SignedIn): Promise<PlainClient> {
  const client = open(app, path, { cookie });
  await until(() => client.texts.length > 0, 'the greeting');
  return client;
}
async function send(app: TestApp, stream: SignalStream): Promise<string> {
  const id = randomUUID();
  const given = { symbol: 'AAPL', action: 'buy', source: 'momentum' as const, premium: stream === 'premium' };
  const signal = { id, ...given, timestamp: new Date().toISOString() };
  expect((await sendSignal(app.url, signal)).status).toBe(202);
  return id;
}

test('readers of /ws/signals of both replicas get every signal once and in order, though Redis hangs; no STARTER gets a premium one', async () => {
  const [payer, starter] = [await signUp('PROFESSIONAL'), await signUp('STARTER')];
  const payers = [await greeted(engine, '/ws/signals', payer), await greeted(other, '/ws/signals', payer)];
  const starters = [
    await greeted(engine, '/ws/signals', starter),
    await greeted(other, '/ws/signals', starter),
  ];
  const sent: Record<SignalStream, string[]> = { free: [], premium: [] };
  async function sendSome(): Promise<void> {
    for (let count = 0; count < 12; count++) {
      const stream = count % 3 === 0 ? 'premium' : 'free';
      sent[stream].push(await send(count % 2 === 0 ? engine : other, stream));
    }
  }
  const heard = ({ texts }: PlainClient, stream: SignalStream) =>
    texts.map((text) => JSON.parse(text)).filter((said) => said.type === 'signal' && said.stream === stream);
  const haveAll = async (readers: readonly PlainClient[], stream: SignalStream): Promise<void> => {
    for (const reader of readers) {
      await until(() => heard(reader, stream).length >= sent[stream].length, `all of ${stream} have arrived`);
      expect(heard(reader, stream).map(({ data }) => data.id)).toEqual(sent[stream]);
      const seqs: number[] = heard(reader, stream).map(({ seq }) => seq);
      expect(seqs).toEqual(seqs.map((_, index) => seqs[0]! + index));
    }
  };
  const all = async (): Promise<void> => {
    await haveAll([...payers, ...starters], 'free');
    await haveAll(payers, 'premium');
  };
  await sendSome();
  await all();
  redisHangs();
  await sendSome();
  await all();
  redisGoesOn();
  await sendSome();
  await all();
  for (const { texts } of starters) {
    const everything = texts.join();
    expect(everything).not.toMatch(/"premium":(?!false)/);
    for (const id of sent.premium) expect(everything).not.toContain(id);
  }
});

/** Prices of prints of 3 shares around a quote of 100, with their cents. */
const PRINTS = [
  [100.01, 30_003],
  [99.99, 29_997],
  [100, 30_000],
] as const;

test('readers of /ws of both replicas show the totals to the cent, though Redis hangs while prints come in', async () => {
  const who = await signUp('STARTER');
  const readers = [await greeted(engine, '/ws', who), await greeted(other, '/ws', who)];
  const rowsOf = async (): Promise<readonly SentimentRow[]> =>
    (await engine.request('GET', '/api/darkpool/sentiment', { cookie: who.cookie })).body
      .data as unknown as readonly SentimentRow[];
  const NAMES = ['bullish_amount', 'bearish_amount', 'unknown_amount'] as const;
  const cents = (row: SentimentRow): number[] => NAMES.map((name) => Number(row[name].replace('.', '')));
  /** What a client that adds up the updates shows of AAPL. */
  const shownBy = ({ texts }: PlainClient): number[] =>
    texts
      .map((text) => JSON.parse(text))
      .reduce<number[]>(
        (shown, said) => {
          if (said.type !== 'update') {
            const row = said.data?.find(({ ticker }: SentimentRow) => ticker === 'AAPL');
            return row ? cents(row) : said.data ? [0, 0, 0] : shown;
          }
          return said.ticker === 'AAPL' ? cents(said).map((amount, index) => shown[index]! + amount) : shown;
        },
        [0, 0, 0],
      );
  let expected = 0;
  function print(): void {
    for (const [price, notional] of PRINTS) {
      engine.market.print('AAPL', price, 3);
      expected += notional;
    }
  }
  async function allShow(readers: readonly PlainClient[]): Promise<void> {
    let total: number[] = [];
    await until(async () => {
      const row = (await rowsOf()).find(({ ticker }) => ticker === 'AAPL');
      total = row ? cents(row) : [];
      return total.reduce((sum, amount) => sum + amount, 0) >= expected;
    }, 'the engine has counted them');
    expect(total.reduce((sum, amount) => sum + amount)).toBe(expected);
    for (const reader of readers)
      await until(() => String(shownBy(reader)) === String(total), `it shows ${total}`);
  }
  engine.market.tick('AAPL', 100);
  print();
  await allShow(readers);
  redisHangs();
  print();
  await allShow(readers.slice(0, 1));
  print();
  redisGoesOn();
  await allShow(readers);
  print();
  await allShow(readers);
});

test.each(['/ws/signals', '/ws'])(
  'a token that is shown to both replicas at the same moment opens one %s',
  async (path) => {
    const { cookie } = await signUp('STARTER');
    for (let round = 0; round < 5; round++) {
      const { body } = await engine.request('GET', '/api/auth/token', { cookie });
      const { token } = body.data as { token: string };
      const clients = cluster.apps.map((app) => open(app, `${path}?token=${token}`));
      const refused = await Promise.race(
        clients.map(({ closed }, index) => closed.then(({ code }) => ({ code, index }))),
      );
      expect(refused.code).toBe(4401);
      const winner = clients[1 - refused.index]!;
      await until(() => winner.texts.length > 0, 'the other is greeted');
      expect(JSON.parse(winner.texts[0]!).type).not.toBe('error');
      winner.ws.terminate();
      await winner.closed;
    }
  },
);
