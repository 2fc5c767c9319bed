import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { until } from '../../../rig/wait.ts';
import { type EngineCluster, KEY, startEngineCluster, type Watcher } from '../../support/engine-cluster.ts';

let cluster: EngineCluster;
beforeAll(async () => {
  cluster = await startEngineCluster(3);
});
afterAll(() => cluster.close());

/** Resolves with the moment in which this upstream connection was followed by another that was let in. */
async function nextLogin(after: number): Promise<number> {
  const { logins } = cluster.upstream;
  await until(() => logins.length > after, 'another replica has logged in upstream');
  return logins[after]!.at;
}
/** Whether upstream let a connection in while another one was open. */
const hadTwoAtOnce = (): boolean => {
  const { logins } = cluster.upstream;
  return logins.slice(1).some(({ at }, index) => (logins[index]!.until ?? Date.now()) > at);
};
const pricesOf = ({ quotes }: Watcher): number[] => quotes.map(({ price }) => price);
/** The upstream of these tests only rises. */
const expectNoneWentBack = (prices: readonly number[]): void =>
  expect(prices).toEqual([...prices].sort((a, b) => a - b));

describe('the engine', () => {
  test('is handed over at SIGTERM: prices go on everywhere and none goes back, upstream never sees two, the drain goes on with the quotes of the next', async () => {
    const { upstream } = cluster;
    const { holder, others } = await cluster.split();
    const elsewhere = await Promise.all(others.map(cluster.watch));
    // The last of several is the last to be sent away.
    const drained = [];
    for (let client = 0; client < 4; client++) drained.push(await cluster.watch(holder));
    const last = drained.at(-1)!;
    const [before, logins] = [await cluster.lease(), upstream.logins.length];

    const exit = holder.stop();
    const takenAt = await nextLogin(logins);
    const servedByNext = ({ quotes }: Watcher): boolean =>
      quotes.some(({ price, state }) => state === 'live' && cluster.stream.sentAt(price)! > takenAt);
    await until(
      () => servedByNext(last),
      'a client of the draining replica is shown quotes of the next engine',
    );
    await until(() => elsewhere.every(servedByNext), 'so are the clients elsewhere');
    expect(await exit).toBe(0);
    cluster.forget(holder);

    for (const watcher of [last, ...elsewhere]) expectNoneWentBack(pricesOf(watcher));
    expect((await cluster.lease()).fencing).toBe(before.fencing + 1);
    expect(upstream.logins.filter(({ evicted }) => evicted)).toEqual([]);
    expect(hadTwoAtOnce()).toBe(false);
    await cluster.buy(others[0]);
  });

  test('that stalled beyond its lease steps down by itself: not one write, not one quote, not one login of its old number', async () => {
    await cluster.join();
    const { upstream } = cluster;
    const { holder, others } = await cluster.split();
    const own = await cluster.watch(holder);
    const elsewhere = await cluster.watch(others[0]);
    const [before, logins] = [await cluster.lease(), upstream.logins.length];

    holder.hang();
    const stoppedAt = Date.now();
    const takenAt = await nextLogin(logins);
    await until(() => elsewhere.quotes.at(-1)?.state === 'live', 'live quotes again');
    await cluster.buy(others[0]);
    const wokeAt = Date.now();
    holder.wake();
    const liveAgain = (): boolean => own.quotes.some(({ at, state }) => at > wokeAt && state === 'live');
    await until(liveAgain, 'its own clients are shown quotes of the next engine');
    await cluster.buy(others[0]);
    await until(async () => (await fetch(`${holder.url}/ready`)).status === 200, 'it stands by');

    expect(await cluster.lease()).toMatchObject({ fencing: before.fencing + 1 });
    expect(await cluster.writesOf(holder, stoppedAt + 100)).toEqual([]);
    // What it shows after the wake came from the next engine: nothing that was sent before it slept is called live.
    const shownLive = own.quotes.filter(({ at, state }) => at > wokeAt && state === 'live');
    for (const { price } of shownLive) expect(cluster.stream.sentAt(price)!).toBeGreaterThan(takenAt);
    // They were not even sent.
    expect(await Promise.all([holder, ...others].map(cluster.formerQuotes))).toEqual([0, 0, 0]);
    expectNoneWentBack(pricesOf(elsewhere));
    // Upstream threw out the connection of the one that stood still, which was not asked for again.
    expect(upstream.logins.slice(logins - 1)).toMatchObject([
      { evicted: true },
      { evicted: false, until: null },
    ]);
  });

  test('that was killed is replaced: feed and executor', async () => {
    const { upstream } = cluster;
    const { holder, others } = await cluster.split();
    const watchers = await Promise.all(others.map(cluster.watch));
    const logins = upstream.logins.length;
    await holder.kill();
    const killedAt = Date.now();
    cluster.forget(holder);
    await nextLogin(logins);
    const isLive = ({ quotes }: Watcher): boolean =>
      cluster.stream.sentAt(quotes.at(-1)!.price)! > killedAt && quotes.at(-1)!.state === 'live';
    await until(() => watchers.every(isLive), 'live quotes on every replica');
    await cluster.buy(others[0]);
    for (const watcher of watchers) expectNoneWentBack(pricesOf(watcher));
    expect(upstream.logins.at(-2)).toMatchObject({ evicted: false });
  });

  test('that lost its place to somebody outside the cluster stays the engine, and nobody fights for the place', async () => {
    const { upstream } = cluster;
    const { holder, others } = await cluster.split();
    const watcher = await cluster.watch(others[0]);
    const [before, logins] = [await cluster.lease(), upstream.logins.length];
    const outsider = new WebSocket(upstream.wsUrl);
    outsider.addEventListener('open', () => outsider.send(JSON.stringify({ action: 'auth', params: KEY })));
    try {
      await nextLogin(logins);
      await until(() => watcher.quotes.at(-1)?.state === 'stale', 'the prices are shown as old');
      await until(
        async () => /Another service uses this key/.test((await cluster.health(holder)).feed.detail ?? ''),
        'the operator is told why',
      );
      expect(upstream.logins).toHaveLength(logins + 1);
      expect(upstream.logins.at(-1)).toMatchObject({ evicted: false, until: null });
      // Orders go on while the prices stand still.
      expect(await cluster.lease()).toEqual(before);
      expect((await fetch(`${holder.url}/ready`)).status).toBe(200);
    } finally {
      outsider.close();
    }
  });
});
