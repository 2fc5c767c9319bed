import { beforeEach, describe, expect, test } from '@jest/globals';
import { silentLog } from '../../rig/log.ts';
import type { ServerShutdownPayload } from '../../src/protocol/connection.ts';
import { ANSWER_GRACE_MS, createDrain, type DrainParts, SLICE_MS } from '../../src/realtime/drain.ts';
import type { Peer } from '../../src/realtime/peer.ts';
import { createManualClock, type ManualClock } from '../support/manual-clock.ts';
import { createMemoryPeer, type MemoryPeer } from '../support/memory-peer.ts';

const SECONDS = 3;
/** A client that another replica serves is away no longer than this. */
const AWAY_MS = 5_000;

let clock: ManualClock;
let peers: MemoryPeer[];
beforeEach(() => {
  clock = createManualClock('2026-03-02T15:00:00.000Z');
  peers = Array.from({ length: 60 }, () => createMemoryPeer());
});

const endOfTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
/** Time passes in the steps in which the drain looks at it. */
async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += SLICE_MS) {
    clock.advance(Math.min(SLICE_MS, ms - passed));
    await endOfTurn();
  }
}
function drain(seconds: number, parts: Partial<DrainParts> = {}) {
  const { run } = createDrain({
    peers: new Set<Peer>(peers),
    othersServe: () => true,
    answered: async () => {},
    close: (peer) => peer.close('drain'),
    send: (peer, event, payload) => peer.write([peer.dialect.encode(event, payload)!]),
    clock,
    log: silentLog,
    ...parts,
  });
  const state = { isOver: false };
  void run(seconds).then(() => {
    state.isOver = true;
  });
  return state;
}
const open = (): number => peers.filter((peer) => peer.isOpen()).length;
const told = (): number[] =>
  peers.flatMap((peer) =>
    peer.payloads<ServerShutdownPayload>('server:shutdown').map(({ reconnectInMs }) => reconnectInMs),
  );

describe('a drain', () => {
  test('takes the time that it is given, and not a step more', async () => {
    const state = drain(SECONDS);
    await pass(SECONDS * 1_000 - 1);
    expect([state.isOver, open()]).toEqual([false, 1]);
    await pass(1);
    expect([state.isOver, open(), clock.pending()]).toEqual([true, 0, 0]);
  });

  test('takes the time also without connections, and none where it is given none', async () => {
    peers = [];
    const state = drain(SECONDS);
    await pass(SECONDS * 1_000 - 1);
    expect(state.isOver).toBe(false);
    await pass(1);
    expect(state.isOver).toBe(true);
    const none = drain(0);
    await endOfTurn();
    expect(none.isOver).toBe(true);
  });

  test('closes evenly', async () => {
    drain(SECONDS);
    for (const left of [40, 20, 0]) {
      await pass(1_000);
      expect(open()).toBe(left);
    }
  });

  test('announces itself to each client at once, with times that keep none away for long', async () => {
    drain(SECONDS);
    expect(open()).toBe(peers.length);
    expect(new Set(told()).size).toBe(peers.length);
    expect(Math.min(...told())).toBeGreaterThan(0);
    expect(Math.max(...told())).toBeLessThan(AWAY_MS);
  });

  test('keeps clients away for the rest of it where no other replica serves them', async () => {
    drain(SECONDS, { othersServe: () => false });
    const closedAt = (index: number): number => ((index + 1) / peers.length) * SECONDS * 1_000;
    told().forEach((away, index) => {
      expect(closedAt(index) + away).toBeGreaterThan(SECONDS * 1_000);
      expect(away).toBeLessThan(SECONDS * 1_000 + AWAY_MS);
    });
  });

  test('waits for the answer that a client is owed, and closes it then', async () => {
    const { promise: answer, resolve } = Promise.withResolvers<void>();
    const last = peers.at(-1)!;
    const state = drain(SECONDS, { answered: (peer) => (peer === last ? answer : Promise.resolve()) });
    await pass(SECONDS * 1_000 + ANSWER_GRACE_MS / 2);
    expect([state.isOver, last.isOpen(), open()]).toEqual([false, true, 1]);
    resolve();
    await endOfTurn();
    expect([state.isOver, open(), clock.pending()]).toEqual([true, 0, 0]);
  });

  test('waits no longer than its grace for an answer that does not come', async () => {
    const state = drain(SECONDS, { answered: () => new Promise(() => {}) });
    await pass(SECONDS * 1_000 + ANSWER_GRACE_MS - 1);
    expect([state.isOver, open()]).toEqual([false, 1]);
    await pass(1);
    expect([state.isOver, open(), clock.pending()]).toEqual([true, 0, 0]);
  });
});
