import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { MAX_SOCKET_QUEUE_BYTES } from '../../src/protocol/limits.ts';
import type { Peer } from '../../src/realtime/peer.ts';
import { watchSlowReaders } from '../../src/realtime/slow-readers.ts';
import { createManualClock, type ManualClock } from '../support/manual-clock.ts';
import { createMemoryPeer } from '../support/memory-peer.ts';

/** A peer that is always behind; the test says what it has taken and what waits for it. */
interface BehindPeer extends Peer {
  taken: number;
  queued: number;
}
const createBehindPeer = (): BehindPeer => ({
  ...createMemoryPeer(),
  taken: 0,
  queued: 1,
  room: () => 0,
  takenBytes() {
    return this.taken;
  },
  queuedBytes() {
    return this.queued;
  },
});

let clock: ManualClock;
let peer: BehindPeer;
let slow: Peer[];
let queued: number[];
let stop: () => void;
beforeEach(() => {
  clock = createManualClock(0);
  peer = createBehindPeer();
  slow = [];
  queued = [];
  stop = watchSlowReaders({
    peers: [createMemoryPeer(), peer],
    clock,
    metrics: { queued: (bytes) => queued.push(bytes) },
    onSlowReader: (found) => slow.push(found),
  });
});
afterEach(() => stop());

test('a reader that takes nothing for thirty seconds is slow, and not a second earlier', () => {
  // The first look finds it behind.
  clock.advance(1_000);
  clock.advance(29_000);
  expect(slow).toEqual([]);
  clock.advance(1_000);
  expect(slow).toEqual([peer]);
});

test('a reader that is never at rest, but takes a little now and then, is not slow', () => {
  for (let second = 1; second <= 120; second++) {
    if (second % 25 === 0) peer.taken += 1;
    clock.advance(1_000);
  }
  expect(slow).toEqual([]);
});

test('a stall of the process is no proof: who has not answered by the next look is slow', () => {
  clock.advance(1_000);
  clock.stall(60_000);
  expect(slow).toEqual([]);
  clock.advance(1_000);
  expect(slow).toEqual([peer]);
});

test('a reader for whom too much is queued is slow at once, however much it takes', () => {
  peer.queued = MAX_SOCKET_QUEUE_BYTES;
  clock.advance(1_000);
  expect(slow).toEqual([]);
  peer.queued += 1;
  peer.taken += 1_000_000;
  clock.advance(1_000);
  expect(slow).toEqual([peer]);
  expect(queued).toEqual([MAX_SOCKET_QUEUE_BYTES, MAX_SOCKET_QUEUE_BYTES + 1]);
});
