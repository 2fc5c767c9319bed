import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { silentLog } from '../../../rig/log.ts';
import { until } from '../../../rig/wait.ts';
import { createLocalBus } from '../../../src/adapters/local/bus.ts';
import { createTierWatch, TIER_INTERVAL_MS, TIER_TRUST_MS } from '../../../src/domain/accounts/tier-watch.ts';
import type { DeliveryCount } from '../../../src/domain/signals/delivery/delivery-log.ts';
import {
  createDeliveryMeter,
  type DeliveryMeter,
} from '../../../src/domain/signals/delivery/delivery-meter.ts';
import { binOf } from '../../../src/domain/signals/delivery/latency-bins.ts';
import type { SignalRecord } from '../../../src/domain/signals/signal.ts';
import { signalsTopic } from '../../../src/domain/signals/topics.ts';
import type { Cancel } from '../../../src/lib/clock.ts';
import { createMetrics } from '../../../src/metrics/index.ts';
import { SIGNAL_STREAMS, type SignalStream } from '../../../src/protocol/signals.ts';
import type { Tier } from '../../../src/protocol/tier.ts';
import { createSignalStreams, type SignalStreams } from '../../../src/realtime/event-lane/signal-streams.ts';
import type { Peer } from '../../../src/realtime/peer.ts';
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts';
import { createMemoryPeer, jsonLines, type MemoryPeer } from '../../support/memory-peer.ts';

const USER = 'u1';
const bus = createLocalBus(silentLog);
let clock: ManualClock;
let streams: SignalStreams;
let tier: Tier;
/** What the last look at the changes has said. */
let toldTier: Tier;
/** What the database does when it is asked for tiers. */
let answers: 'at once' | 'fails' | 'never';
let log: Record<SignalStream, SignalRecord[]>;
/** Ends of the epochs so far; each changes the names of both. */
let epochsEnded: number;
/** Readers who have to subscribe again. */
let sentAway: Peer[];
let pagesRead: number;
/** The database refuses the delivery of this signal. */
let refusedSeq: number;
/** Up to this number the log is pruned. */
let floor: number;
let written: Map<string, DeliveryCount>;
let deliveryMeter: DeliveryMeter;
let metrics: ReturnType<typeof createMetrics>;
let stop: Cancel;

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const epochOf = (stream: SignalStream) => `epoch of ${stream}${epochsEnded > 0 ? ` ${epochsEnded}` : ''}`;
const headOf = (stream: SignalStream) => ({
  epoch: epochOf(stream),
  seq: log[stream].at(-1)?.seq ?? 0,
  floor,
});

beforeEach(() => {
  clock = createManualClock('2026-01-02T15:00:00Z');
  [tier, toldTier, answers, pagesRead] = ['PROFESSIONAL', 'PROFESSIONAL', 'at once', 0];
  log = { free: [], premium: [] };
  [refusedSeq, floor] = [0, 0];
  [epochsEnded, sentAway] = [0, []];
  written = new Map();
  metrics = createMetrics();
  deliveryMeter = createDeliveryMeter({
    replica: 'this',
    deliveryLog: {
      async record(counts) {
        if (answers === 'fails') throw new Error('the database is away');
        if (counts.some(({ seq }) => seq === refusedSeq)) throw new Error('a row is refused');
        for (const count of counts) written.set(`${count.stream} ${count.seq}`, count);
      },
    },
    replicas: () => ({ known: ['this'], isExact: true }),
    tally: metrics.signals,
    clock,
    log: silentLog,
  });
  const tiers = createTierWatch({
    users: {
      async tiers(ids) {
        if (answers === 'fails') throw new Error('the database is away');
        if (answers === 'never') return new Promise(() => {});
        return new Map(ids.map((id) => [id, tier]));
      },
      async tierChanges() {
        if (answers === 'fails') throw new Error('the database is away');
        if (answers === 'never') return new Promise(() => {});
        const changed = tier === toldTier ? [] : [USER];
        toldTier = tier;
        return { mark: { server: 'this', oldest: '1' }, changed };
      },
    },
    clock,
    log: silentLog,
  });
  streams = createSignalStreams({
    signalLog: {
      head: async (stream) => headOf(stream),
      heads: async () => new Map(SIGNAL_STREAMS.map((stream) => [stream, headOf(stream)])),
      async readAfter(stream, after, limit) {
        pagesRead += 1;
        return log[stream].filter(({ seq }) => seq > after).slice(0, limit);
      },
      async endEpoch(stream, epoch) {
        if (epoch === epochOf(stream)) epochsEnded += 1;
      },
    },
    tiers,
    bus,
    deliveryMeter,
    clock,
    metrics: metrics.realtime,
    log: silentLog,
  });
  tiers.hold(USER, tier);
  const ends = [
    tiers.start(),
    streams.start(),
    streams.onEnded((peer) => {
      sentAway.push(peer);
      streams.unsubscribe(peer);
    }),
  ];
  stop = () => {
    for (const end of ends) end();
  };
});
afterEach(() => stop());

/** Commits one signal; the notice of it may be lost. */
function append(stream: SignalStream, notice: 'told' | 'lost' = 'told', name = ''): void {
  const seq = (log[stream].at(-1)?.seq ?? 0) + 1;
  const payload = {
    id: `${stream}-${seq}${name}`,
    revision: 1,
    symbol: 'AAPL',
    action: 'buy' as const,
    source: 'momentum',
    premium: stream === 'premium',
    timestamp: '2026-01-02T15:00:00.000Z',
    stream,
  };
  const record: SignalRecord = { seq, event: 'signal:new', payload, receivedAt: clock.now() };
  log[stream].push(record);
  if (notice === 'told')
    bus.publish(signalsTopic, { stream, epoch: headOf(stream).epoch, records: [record] });
}

async function follow(positions = {}): Promise<MemoryPeer> {
  const peer = createMemoryPeer();
  const { start } = await streams.subscribe(peer, positions);
  start();
  return peer;
}
const idsOf = (peer: MemoryPeer): string[] => peer.payloads<{ id: string }>('signal:new').map(({ id }) => id);
/** The sweeps of this moment have done their work. */
async function sweep(): Promise<void> {
  clock.advance(TIER_INTERVAL_MS);
  await settled();
  await settled();
}

describe('where the log no longer continues what a reader received', () => {
  /** Two readers of `free` who have both signals of it. */
  async function followed() {
    const peers = [await follow(), await follow()];
    append('free');
    append('free');
    await settled();
    expect(peers.map(idsOf)).toEqual([
      ['free-1', 'free-2'],
      ['free-1', 'free-2'],
    ]);
    return peers;
  }
  const positions = { free: { epoch: 'epoch of free', after: 2 } };
  const recovered = async () =>
    (await streams.subscribe(createMemoryPeer(), positions)).streams.free.recovered;

  test('another epoch sends its readers away, and they begin anew in it', async () => {
    const peers = await followed();
    epochsEnded = 1;
    log.free = [];
    await sweep();
    expect(sentAway).toEqual(peers);
    expect(await recovered()).toBe(false);
    const again = await follow(positions);
    append('free', 'told', ' again');
    await settled();
    expect(idsOf(again)).toEqual(['free-1 again']);
  });

  test('a head below the known one ends the epoch, once, and sends its readers away', async () => {
    const peers = await followed();
    log.free.pop();
    await sweep();
    expect([epochsEnded, sentAway]).toEqual([1, peers]);
    expect(await recovered()).toBe(false);
    await sweep();
    expect([epochsEnded, sentAway]).toEqual([1, peers]);
  });

  test('a number that is used again for another signal ends the epoch before that number is known', async () => {
    const peers = await followed();
    log.free.pop();
    append('free', 'told', ' again');
    await settled();
    await settled();
    expect([epochsEnded, sentAway]).toEqual([1, peers]);
    expect(peers.map(idsOf)).toEqual([
      ['free-1', 'free-2'],
      ['free-1', 'free-2'],
    ]);
    expect(await recovered()).toBe(false);
  });

  test('a hole that cannot be filled ends the epoch; one that was pruned sends only who stands before it away', async () => {
    const [early, ...others] = await followed();
    early!.pause();
    // The line of the first reader still holds this one, so what follows waits for it.
    append('free');
    await settled();
    for (let more = 0; more < 300; more++) append('free');
    await settled();
    floor = 4;
    log.free = log.free.filter(({ seq }) => seq > floor);
    early!.resume();
    await settled();
    await settled();
    expect([epochsEnded, sentAway]).toEqual([0, [early]]);
    floor = 0;
    const late = await follow({ free: { epoch: 'epoch of free', after: 3 } });
    await settled();
    await settled();
    expect(epochsEnded).toBe(1);
    expect(new Set(sentAway)).toEqual(new Set([early, late, ...others]));
  });

  test('a repeated notice, and a head that was read before the last notice came, end nothing', async () => {
    const peers = await followed();
    const [record] = log.free.slice(-1);
    bus.publish(signalsTopic, {
      stream: 'free',
      epoch: 'epoch of free',
      records: [structuredClone(record!)],
    });
    clock.advance(TIER_INTERVAL_MS);
    append('free');
    await settled();
    await settled();
    expect([epochsEnded, sentAway]).toEqual([0, []]);
    expect(idsOf(peers[0]!)).toEqual(['free-1', 'free-2', 'free-3']);
  });
});

describe('the streams of signals', () => {
  test('of two subscriptions at once the later one counts, and what came before it is replayed', async () => {
    append('free');
    append('free');
    const peer = createMemoryPeer();
    const position = { free: { epoch: headOf('free').epoch, after: 0 } };
    const both = [streams.subscribe(peer, position), streams.subscribe(peer, position)];
    for (const { start } of await Promise.all(both)) start();
    await until(() => idsOf(peer).length === 2, 'the two of before arrive');
    append('free');
    await until(() => idsOf(peer).length === 3, 'the new one arrives');
    expect(idsOf(peer)).toEqual(['free-1', 'free-2', 'free-3']);
  });

  test('who unsubscribes while a subscription is under way follows nothing', async () => {
    const peer = createMemoryPeer();
    const subscribing = streams.subscribe(peer);
    streams.unsubscribe(peer);
    await expect(subscribing).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    append('free');
    await sweep();
    expect(idsOf(peer)).toEqual([]);
  });

  test('a reader whose resume fails goes on from the head', async () => {
    const peer = await follow();
    answers = 'fails';
    await expect(streams.subscribe(peer)).rejects.toThrow('the database is away');
    answers = 'at once';
    append('free');
    await until(() => idsOf(peer).length === 1, 'it still follows');
  });

  test('a premium signal is written to nobody once the tier is known for no longer than five seconds, and all follow later', async () => {
    const peer = await follow();
    append('premium');
    await until(() => idsOf(peer).length === 1, 'the first arrives');
    answers = 'never';
    clock.advance(TIER_TRUST_MS);
    append('premium');
    await until(() => idsOf(peer).length === 2, 'what was read five seconds ago still counts');
    clock.advance(1);
    append('premium');
    append('free');
    await until(() => idsOf(peer).includes('free-1'), 'free signals go on');
    await settled();
    expect(idsOf(peer)).toEqual(['premium-1', 'premium-2', 'free-1']);
  });

  test('after an outage of the database the premium signals of the time go to whom they are still open', async () => {
    const peer = await follow();
    answers = 'fails';
    clock.advance(TIER_TRUST_MS + 1);
    append('premium');
    append('premium', 'lost');
    await settled();
    expect(idsOf(peer)).toEqual([]);
    answers = 'at once';
    await sweep();
    await sweep();
    expect(idsOf(peer)).toEqual(['premium-1', 'premium-2']);
  });

  test('a tier that was taken away during an outage opens nothing after it', async () => {
    const peer = await follow();
    answers = 'fails';
    tier = 'STARTER';
    clock.advance(TIER_TRUST_MS + 1);
    append('premium');
    answers = 'at once';
    await sweep();
    append('premium');
    append('free');
    await sweep();
    expect(idsOf(peer)).toEqual(['free-1']);
  });

  test('a clock that is set back makes no tier of yesterday one of today', async () => {
    const peer = await follow();
    answers = 'fails';
    clock.advance(-3_600_000);
    append('premium');
    await settled();
    expect(idsOf(peer)).toEqual([]);
  });

  test('a higher tier begins premium at its head, by itself; a lower one ends it', async () => {
    tier = 'STARTER';
    append('premium');
    const peer = await follow({ premium: { epoch: 'epoch of premium', after: 0 } });
    append('premium');
    tier = 'INSTITUTIONAL';
    await sweep();
    append('premium');
    await until(() => idsOf(peer).length === 1, 'the one after the change arrives');
    expect(idsOf(peer)).toEqual(['premium-3']);
    tier = 'STARTER';
    await sweep();
    append('premium');
    append('free');
    await sweep();
    expect(idsOf(peer)).toEqual(['premium-3', 'free-1']);
  });

  test('peers that stand at the same number share one read and one encoding', async () => {
    const peers = await Promise.all(Array.from({ length: 50 }, () => follow()));
    const encode = jsonLines.encode;
    let encoded = 0;
    jsonLines.encode = (event, payload) => {
      encoded += 1;
      return encode(event, payload);
    };
    for (let count = 0; count < 5; count++) append('free', 'lost');
    await sweep();
    jsonLines.encode = encode;
    for (const peer of peers) expect(idsOf(peer)).toHaveLength(5);
    expect(pagesRead).toBe(1);
    expect(encoded).toBe(5);
  });

  test('signals of one commit reach each peer in one write, and all peers share its bytes', async () => {
    append('free');
    const peers = await Promise.all(Array.from({ length: 50 }, () => follow()));
    const pieces: (Buffer | undefined)[] = [];
    for (const peer of peers) {
      const write = peer.write;
      peer.write = (events, joined, written) => {
        pieces.push(joined);
        write(events, joined, written);
      };
    }
    for (let count = 0; count < 20; count++) append('free');
    await until(() => peers.every((peer) => idsOf(peer).length === 20), 'every peer has all of them');
    expect(pieces).toHaveLength(peers.length);
    expect(new Set(pieces).size).toBe(1);
    expect(pieces[0]).toBeInstanceOf(Buffer);
    expect(pagesRead).toBe(0);
  });

  test('peers that read at different paces get every signal of a burst once and in order', async () => {
    const peers = await Promise.all(Array.from({ length: 20 }, () => follow()));
    const isLate = (index: number): boolean => index % 3 === 0;
    for (let count = 0; count < 500; count++) {
      append('free', count % 7 === 0 ? 'lost' : 'told');
      peers.forEach((peer, index) => {
        if (isLate(index) && count % (index + 5) === 0) peer.pause();
        else if (isLate(index) && count % (index + 5) === 3) peer.resume();
      });
      if (count % 50 === 0) await settled();
    }
    for (const peer of peers) peer.resume();
    await sweep();
    const all = log.free.map(({ payload }) => payload.id);
    await until(() => peers.every((peer) => idsOf(peer).length >= all.length), 'every peer has all of them');
    for (const peer of peers) expect(idsOf(peer)).toEqual(all);
  });
});

describe('the count of deliveries', () => {
  const countOf = (stream: SignalStream, seq: number) => {
    const { eligible, told, latencies } = written.get(`${stream} ${seq}`)!;
    return { eligible, told, latencies: [...latencies] };
  };

  test('names the readers who followed the stream, who accepted the signal, and after how long', async () => {
    const [, , late] = [await follow(), await follow(), await follow()];
    await settled();
    late.pause();
    append('free');
    await settled();
    clock.advance(100);
    late.resume();
    await deliveryMeter.finish();
    expect(countOf('free', 1)).toEqual({
      eligible: 3,
      told: 3,
      latencies: [
        [0, 2],
        [binOf(100), 1],
      ],
    });
  });

  test('a reader who does not accept a signal was eligible and not told, and a replay tells nobody a second time', async () => {
    const peer = await follow();
    await settled();
    peer.pause();
    append('premium');
    await settled();
    peer.leave();
    streams.unsubscribe(peer);
    await follow({ premium: { epoch: 'epoch of premium', after: 0 } });
    await settled();
    await deliveryMeter.finish();
    expect(countOf('premium', 1)).toEqual({ eligible: 1, told: 0, latencies: [] });
  });

  test('counts who accepted a signal before its number was known here, with a page from the database', async () => {
    const stopMeter = deliveryMeter.start();
    const peer = await follow();
    await settled();
    append('free', 'lost');
    // The sweep asks for the head now, and the page that follows has one more.
    clock.advance(TIER_INTERVAL_MS);
    append('free', 'lost');
    await until(() => idsOf(peer).length === 2, 'both have arrived');
    clock.advance(TIER_INTERVAL_MS / 2);
    await settled();
    await sweep();
    await deliveryMeter.finish();
    stopMeter();
    expect([countOf('free', 1), countOf('free', 2)]).toMatchObject([
      { eligible: 1, told: 1 },
      { eligible: 1, told: 1 },
    ]);
  });

  test('is summed for the operator: who was there, who was told, and who was not a minute later', async () => {
    const stopMeter = deliveryMeter.start();
    const [, silent] = [await follow(), await follow()];
    await settled();
    silent.pause();
    append('free');
    await settled();
    silent.leave();
    streams.unsubscribe(silent);
    const sums = async (): Promise<string[]> =>
      (await metrics.registry.text()).split('\n').filter((line) => /^tradecast_signal_/.test(line));
    for (let second = 0; second < 59; second++) {
      clock.advance(1_000);
      await settled();
    }
    expect(await sums()).toContain('tradecast_signal_missed_total 0');
    for (let second = 0; second < 3; second++) {
      clock.advance(1_000);
      await settled();
    }
    stopMeter();
    expect(await sums()).toEqual(
      expect.arrayContaining([
        'tradecast_signal_readers_total 2',
        'tradecast_signal_missed_total 1',
        'tradecast_signal_delivery_seconds_bucket{le="0.001"} 1',
        'tradecast_signal_delivery_seconds_bucket{le="+Inf"} 1',
      ]),
    );
  });

  test('a signal that nobody here follows is written down with nobody, also where its notice was lost', async () => {
    await settled();
    append('free');
    append('premium', 'lost');
    await sweep();
    await deliveryMeter.finish();
    expect([...written.keys()].sort()).toEqual(['free 1', 'premium 1']);
    expect(countOf('free', 1)).toEqual({ eligible: 0, told: 0, latencies: [] });
  });

  test('one that the database refuses holds up no other, and is given up after a minute', async () => {
    const stopMeter = deliveryMeter.start();
    await follow();
    await settled();
    refusedSeq = 2;
    for (let signal = 0; signal < 3; signal++) append('free');
    await settled();
    const second = async (): Promise<void> => {
      clock.advance(1_000);
      await settled();
    };
    await second();
    expect([...written.keys()]).toEqual(['free 1', 'free 3']);
    for (let passed = 0; passed < 60; passed++) await second();
    [refusedSeq, floor] = [0, 0];
    [epochsEnded, sentAway] = [0, []];
    await second();
    await deliveryMeter.finish();
    stopMeter();
    expect([...written.keys()]).toEqual(['free 1', 'free 3']);
  });

  test('what a failed write has lost is in the next one, and who accepts later is added', async () => {
    const stopMeter = deliveryMeter.start();
    const peer = await follow();
    await settled();
    answers = 'fails';
    append('free');
    await settled();
    clock.advance(1_000);
    await settled();
    expect(written.size).toBe(0);
    answers = 'at once';
    peer.pause();
    append('free');
    await settled();
    for (let second = 0; second < 2; second++) {
      clock.advance(1_000);
      await settled();
    }
    expect([countOf('free', 1).told, countOf('free', 2).told]).toEqual([1, 0]);
    peer.resume();
    clock.advance(1_000);
    await settled();
    stopMeter();
    expect(countOf('free', 2)).toMatchObject({ eligible: 1, told: 1 });
  });
});
