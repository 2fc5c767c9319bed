import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { SignedIn, TestApp } from '../../../rig/app.ts';
import { accepted, ask } from '../../../rig/clients/ask.ts';
import { sendSignal } from '../../../rig/clients/hooks.ts';
import { collect, next } from '../../../rig/clients/stock-client.ts';
import { until } from '../../../rig/wait.ts';
import { signalsTopic } from '../../../src/domain/signals/topics.ts';
import type { SignalStream } from '../../../src/protocol/signals.ts';
import type { Tier } from '../../../src/protocol/tier.ts';
import { startCluster, type TestCluster } from '../../support/cluster.ts';
import { createLossyBus } from '../../support/lossy-bus.ts';

const METRICS_TOKEN = 'a token of the metrics, long enough';
/** Sources send to A; B hears on the bus what the test lets through. */
const bus = createLossyBus();
let cluster: TestCluster;
let a: TestApp;
let b: TestApp;
beforeAll(async () => {
  cluster = await startCluster({ replicas: 1 });
  a = cluster.apps[0]!;
  b = await cluster.join({ wrap: { bus: bus.wrap }, env: { METRICS_TOKEN } });
});
/** Redis hangs: its connections stay open and nothing is answered. */
const redisHangs = (): void => void process.kill(cluster.redis.pid, 'SIGSTOP');
const redisGoesOn = (): void => void process.kill(cluster.redis.pid, 'SIGCONT');
afterEach(redisGoesOn);
afterAll(() => cluster.close());

const sent: Record<SignalStream, string[]> = { free: [], premium: [] };
async function send(app: TestApp, stream: SignalStream = 'free'): Promise<void> {
  const id = randomUUID();
  const timestamp = new Date().toISOString();
  const premium = stream === 'premium';
  const body = { id, symbol: 'AAPL', action: 'buy', premium, source: 'momentum' as const, timestamp };
  expect((await sendSignal(app.url, body)).status).toBe(202);
  sent[stream].push(id);
}
const setTier = (who: SignedIn, tier: Tier) =>
  a.hook('/hooks/tier', { eventId: randomUUID(), userId: who.user.id, tier });

async function reader(app: TestApp, tier: Tier) {
  const who = await app.signUp();
  if (tier !== 'STARTER') await setTier(who, tier);
  const socket = await app.connect(who);
  const heard = collect(socket, 'signal:new');
  const from = { free: sent.free.length, premium: sent.premium.length };
  accepted(await ask(socket, 'subscribe:signals'));
  const of = (stream: SignalStream) => heard.filter(({ payload }) => payload.stream === stream);
  return {
    who,
    socket,
    heard,
    ids: (stream: SignalStream) => of(stream).map(({ payload }) => payload.id),
    seqs: (stream: SignalStream) => of(stream).map(({ payload }) => payload.seq),
    /** What was sent since it subscribed, in order. */
    due: (stream: SignalStream) => sent[stream].slice(from[stream]),
  };
}
type Reader = Awaited<ReturnType<typeof reader>>;
const hasAll = (one: Reader, ...streams: SignalStream[]) =>
  until(
    () => streams.every((stream) => one.ids(stream).length >= one.due(stream).length),
    'all signals have arrived',
  );
function expectExactly(one: Reader, ...streams: SignalStream[]): void {
  for (const stream of streams) {
    expect(one.ids(stream)).toEqual(one.due(stream));
    const seqs = one.seqs(stream);
    expect(seqs).toEqual(seqs.map((_, index) => seqs[0]! + index));
  }
}

describe('signals over replicas', () => {
  test('readers of every replica get what any of them accepts, in the order of the streams', async () => {
    const readers = [
      await reader(a, 'PROFESSIONAL'),
      await reader(b, 'PROFESSIONAL'),
      await reader(b, 'STARTER'),
    ] as const;
    for (let count = 0; count < 20; count++)
      await send(count % 2 ? a : b, count % 3 === 0 ? 'premium' : 'free');
    for (const one of readers.slice(0, 2)) {
      await hasAll(one, 'free', 'premium');
      expectExactly(one, 'free', 'premium');
    }
    await hasAll(readers[2], 'free');
    expectExactly(readers[2], 'free');
    expect(readers[2].ids('premium')).toEqual([]);
  });

  test('a signal whose notice is lost before a silence is found by the sweep', async () => {
    const one = await reader(b, 'PROFESSIONAL');
    const end = bus.lose(signalsTopic);
    await send(a, 'premium');
    await send(a);
    await hasAll(one, 'free', 'premium');
    end();
    expectExactly(one, 'free', 'premium');
    const headers = { Authorization: `Bearer ${METRICS_TOKEN}` };
    const metrics = String((await b.request('GET', '/metrics', { headers })).body.text);
    expect(metrics).toMatch(/^tradecast_signal_gaps_total [1-9]/m);
    expect(metrics).toMatch(/^tradecast_journal_gaps_total 0$/m);
  });

  test('nobody loses one while Redis hangs, and no premium signal reaches whose tier was taken away in that time', async () => {
    const [keeps, loses, gains] = [
      await reader(b, 'PROFESSIONAL'),
      await reader(b, 'INSTITUTIONAL'),
      await reader(b, 'STARTER'),
    ];
    redisHangs();
    for (let count = 0; count < 10; count++) await send(a, count % 2 === 0 ? 'premium' : 'free');
    for (const one of [keeps, loses]) await hasAll(one, 'free', 'premium');
    const [lost, gained] = [next(loses.socket, 'tier:changed'), next(gains.socket, 'tier:changed')];
    const changedAt = Date.now();
    await setTier(loses.who, 'STARTER');
    await setTier(gains.who, 'PROFESSIONAL');
    expect(await Promise.all([lost, gained])).toEqual([{ tier: 'STARTER' }, { tier: 'PROFESSIONAL' }]);
    expect(Date.now() - changedAt).toBeLessThan(5_000);
    const before = loses.ids('premium').length;
    const began = async (): Promise<boolean> => {
      await send(a, 'premium');
      await hasAll(keeps, 'premium');
      return gains.ids('premium').includes(sent.premium.at(-1)!);
    };
    await until(began, 'premium has begun for the one who pays now');
    await send(a);
    for (const one of [keeps, loses, gains]) await hasAll(one, 'free');
    expect(loses.ids('premium')).toHaveLength(before);
    redisGoesOn();
    await send(a, 'premium');
    await send(b);
    await hasAll(keeps, 'free', 'premium');
    await hasAll(loses, 'free');
    expectExactly(keeps, 'free', 'premium');
    expectExactly(loses, 'free');
    expect(loses.ids('premium')).toHaveLength(before);
  });
});
