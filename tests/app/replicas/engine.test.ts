import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { until } from '../../../rig/wait.ts';
import { type EngineCluster, KEY, startEngineCluster } from '../../support/engine-cluster.ts';

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
/** For how long upstream had two authenticated connections at once, milliseconds. */
const longestOverlap = (): number => {
  const { logins } = cluster.upstream;
  return Math.max(0, ...logins.slice(1).map(({ at }, index) => (logins[index]!.until ?? Date.now()) - at));
};

describe('the engine', () => {
  test('is handed over at SIGTERM: nobody is without quotes for two seconds, upstream never sees two, the drain goes on with the quotes of the next', async () => {
    const { upstream } = cluster;
    const { holder, others } = await cluster.split();
    const elsewhere = await Promise.all(others.map(cluster.watch));
    // The last of several is the last to be sent away.
    const drained = [];
    for (let client = 0; client < 4; client++) drained.push(await cluster.watch(holder));
    const last = drained.at(-1)!;
    const [before, logins] = [await cluster.lease(), upstream.logins.length];

    const from = Date.now();
    const exit = holder.stop();
    const takenAt = await nextLogin(logins);
    const servedByNext = (): boolean =>
      last.quotes.some(({ price, state }) => state === 'live' && cluster.stream.sentAt(price)! > takenAt);
    await until(servedByNext, 'a client of the draining replica is shown quotes of the next engine');
    expect(await exit).toBe(0);
    const to = Date.now();
    cluster.forget(holder);

    for (const watcher of elsewhere) {
      expect(watcher.longestGap(from, to)).toBeLessThan(2_000);
      expect(watcher.oldestLive(from)).toBeLessThan(2_000);
    }
    expect((await cluster.lease()).fencing).toBe(before.fencing + 1);
    expect(upstream.logins.filter(({ evicted }) => evicted)).toEqual([]);
    expect(longestOverlap()).toBeLessThanOrEqual(0);
    await cluster.buy(others[0]);
  });

  test('that stood still beyond its lease steps down by itself: not one write, not one quote, not one login of its old number', async () => {
    await cluster.join();
    const { upstream } = cluster;
    const { holder, others } = await cluster.split();
    const own = await cluster.watch(holder);
    const elsewhere = await cluster.watch(others[0]);
    const [before, logins] = [await cluster.lease(), upstream.logins.length];

    holder.hang();
    const stoppedAt = Date.now();
    await nextLogin(logins);
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
    expect(own.oldestLive(wokeAt)).toBeLessThan(2_000);
    expect(elsewhere.oldestLive(stoppedAt)).toBeLessThan(2_000);
    // They were not even sent.
    expect(await Promise.all([holder, ...others].map(cluster.formerQuotes))).toEqual([0, 0, 0]);
    const prices = elsewhere.quotes.map(({ price }) => price);
    expect(prices).toEqual([...prices].sort((a, b) => a - b));
    // Upstream threw out the connection of the one that stood still, which was not asked for again.
    expect(upstream.logins.slice(logins - 1)).toMatchObject([
      { evicted: true },
      { evicted: false, until: null },
    ]);
    expect(longestOverlap()).toBeLessThan(1_000);
  });

  test('that was killed is replaced within ten seconds: feed and executor', async () => {
    const { upstream } = cluster;
    const { holder, others } = await cluster.split();
    const watchers = await Promise.all(others.map(cluster.watch));
    const logins = upstream.logins.length;
    await holder.kill();
    const killedAt = Date.now();
    cluster.forget(holder);
    await nextLogin(logins);
    const isLive = ({ quotes }: (typeof watchers)[number]): boolean =>
      cluster.stream.sentAt(quotes.at(-1)!.price)! > killedAt && quotes.at(-1)!.state === 'live';
    await until(() => watchers.every(isLive), 'live quotes on every replica');
    await cluster.buy(others[0]);
    expect(Date.now() - killedAt).toBeLessThan(10_000);
    for (const watcher of watchers) expect(watcher.oldestLive(killedAt)).toBeLessThan(2_000);
    expect(longestOverlap()).toBeLessThan(1_000);
  });

  test('that lost its place to somebody outside the cluster passes the lease on, and nobody fights for the place', async () => {
    const { upstream } = cluster;
    const { holder, others } = await cluster.split();
    const watcher = await cluster.watch(others[0]);
    const [before, logins] = [await cluster.lease(), upstream.logins.length];
    const outsider = new WebSocket(upstream.wsUrl);
    outsider.addEventListener('open', () => outsider.send(JSON.stringify({ action: 'auth', params: KEY })));
    try {
      await nextLogin(logins);
      const passedOn = async (): Promise<boolean> => {
        const { holder: next } = await cluster.lease();
        return next !== null && next !== holder.name;
      };
      await until(passedOn, 'another replica is the engine');
      await until(() => watcher.quotes.at(-1)?.state === 'stale', 'the prices are shown as old');
      const next = (await cluster.split()).holder;
      await until(
        async () => /Another service uses this key/.test((await cluster.health(next)).feed.detail ?? ''),
        'the operator is told why',
      );
      expect(upstream.logins).toHaveLength(logins + 1);
      expect(upstream.logins.at(-1)).toMatchObject({ evicted: false, until: null });
      expect((await cluster.lease()).fencing).toBe(before.fencing + 1);
    } finally {
      outsider.close();
    }
  });
});
