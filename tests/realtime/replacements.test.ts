import { beforeEach, describe, expect, test } from '@jest/globals';
import { silentLog } from '../../rig/log.ts';
import { createLocalBus } from '../../src/adapters/local/bus.ts';
import type { Bus } from '../../src/domain/bus/bus.ts';
import type { Peer } from '../../src/realtime/peer.ts';
import { createPeerIndex } from '../../src/realtime/peer-index.ts';
import { createReplacements } from '../../src/realtime/replacements.ts';
import { createManualClock, type ManualClock } from '../support/manual-clock.ts';
import { createMemoryPeer } from '../support/memory-peer.ts';

let clock: ManualClock;
let bus: Bus;
/** Ids of the peers that were replaced. */
let replaced: string[];
beforeEach(() => {
  clock = createManualClock('2026-03-02T15:00:00.000Z');
  bus = createLocalBus(silentLog);
  replaced = [];
});

/** One replica with these peers. */
function replica(...peers: readonly Peer[]) {
  const index = createPeerIndex();
  for (const peer of peers) index.add(peer);
  const replacements = createReplacements({
    index,
    replace(peer) {
      replaced.push(peer.id);
      index.delete(peer);
    },
    bus,
    othersServe: () => true,
    clock,
  });
  replacements.start();
  return { ...replacements, index };
}

/** A peer that was heard so long ago, and answers a ping or does not. */
function peerHeard(agoMs: number, answers: boolean) {
  let heardAt = clock.now() - agoMs;
  let pings = 0;
  const peer: Peer = {
    ...createMemoryPeer(),
    heardAt: () => heardAt,
    ping() {
      pings += 1;
      if (answers) heardAt = clock.now();
    },
  };
  return { peer, pings: () => pings };
}

/** The answer once the time for all answers is over. */
async function answerTo(asked: Promise<boolean>): Promise<boolean> {
  await new Promise(setImmediate);
  clock.advance(1_500);
  await new Promise(setImmediate);
  clock.advance(500);
  return asked;
}

describe.each([
  ['on its replica', (peer: Peer) => replica(peer)],
  [
    'on another replica',
    (peer: Peer) => {
      replica(peer);
      return replica();
    },
  ],
])('a connection %s', (_where, serve) => {
  test('that has been silent for five seconds and answers no ping is replaced, once', async () => {
    const { peer, pings } = peerHeard(5_000, false);
    const { end } = serve(peer);
    expect(await answerTo(end('u1', peer.id))).toBe(true);
    expect([replaced, pings()]).toEqual([[peer.id], 1]);
    expect(await answerTo(end('u1', peer.id))).toBe(false);
    expect(replaced).toEqual([peer.id]);
  });

  test('that is only idle answers a ping and stays', async () => {
    const { peer } = peerHeard(24_000, true);
    expect(await answerTo(serve(peer).end('u1', peer.id))).toBe(false);
    expect(replaced).toEqual([]);
  });

  test('that was heard a moment ago stays, and is not even asked', async () => {
    const { peer, pings } = peerHeard(4_999, false);
    expect(await answerTo(serve(peer).end('u1', peer.id))).toBe(false);
    expect([replaced, pings()]).toEqual([[], 0]);
  });

  test('of another user stays', async () => {
    const { peer } = peerHeard(60_000, false);
    expect(await answerTo(serve(peer).end('u2', peer.id))).toBe(false);
    expect(replaced).toEqual([]);
  });

  test('that two newcomers name at once is replaced for one of them', async () => {
    const { peer } = peerHeard(5_000, false);
    const { end } = serve(peer);
    const [one, other] = [end('u1', peer.id), end('u1', peer.id)];
    await answerTo(one);
    expect([await one, await other].sort()).toEqual([false, true]);
    expect(replaced).toEqual([peer.id]);
  });
});

test('a connection that nobody has is not waited for without end', async () => {
  expect(await answerTo(replica().end('u1', 'gone'))).toBe(false);
});
