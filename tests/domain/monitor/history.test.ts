import { expect, test } from '@jest/globals';
import {
  createHistory,
  type HistoryStore,
  type Remembered,
  SAMPLES,
} from '../../../src/domain/monitor/history.ts';
import { createIncidents } from '../../../src/domain/monitor/incidents.ts';
import { createHeartbeats, type Heartbeats } from '../../support/heartbeats.ts';

/** A store that several replicas share; it is away until `reachable` is called. */
function createStore(kept: Remembered | null = null) {
  let listener = (): void => {};
  const state = { kept, saves: 0 };
  const store: HistoryStore = {
    load: async () => state.kept,
    save(remembered) {
      state.kept = remembered;
      state.saves += 1;
    },
    onReachable(given) {
      listener = given;
    },
  };
  /** Resolves when the store has been read. */
  const reachable = async () => {
    listener();
    await Promise.resolve();
    await Promise.resolve();
  };
  return { store, state, reachable };
}

function recorded(beats: Heartbeats, { store } = createStore()) {
  const { replicas, clock } = beats;
  const incidents = createIncidents(beats);
  const link = { state: () => beats.link.current };
  const history = createHistory({ replica: 'own', replicas, incidents, link, store, clock });
  incidents.start();
  history.start();
  replicas.start();
  return history;
}

test('connections of all replicas are kept every ten seconds for an hour, and no longer', () => {
  const beats = createHeartbeats();
  beats.own = { connections: 2 };
  const history = recorded(beats);
  expect(history.connections().connections).toEqual([]);
  const from = new Date(beats.clock.now()).toISOString();
  beats.pass(30, { b: { connections: 3 } });
  expect(history.connections()).toEqual({ from, everyMs: 10_000, connections: [5, 5, 5, 5] });
  beats.pass(3_700);
  const later = history.connections().connections;
  expect(later).toHaveLength(SAMPLES);
  expect(new Set(later)).toEqual(new Set([2]));
});

test('what is unknown is a hole: replicas without a heartbeat while the bus is away', () => {
  const beats = createHeartbeats();
  beats.own = { connections: 2 };
  const history = recorded(beats);
  beats.pass(10, { b: { connections: 3 } });
  beats.link.current = 'down';
  beats.pass(20);
  beats.link.current = 'ok';
  beats.pass(10, { b: { connections: 3 } });
  expect(history.connections().connections).toEqual([5, 5, null, 5, 5]);
});

test('a replica that starts reads the hour before, and only then may write over it', async () => {
  const beats = createHeartbeats();
  beats.own = { connections: 1 };
  const now = beats.clock.now();
  const remembered: Remembered = {
    history: { from: new Date(now - 30_000).toISOString(), everyMs: 10_000, connections: [9, null, 8] },
    incidents: [
      {
        kind: 'lease-taken',
        replica: 'gone',
        at: new Date(now - 60_000).toISOString(),
        lastAt: new Date(now - 60_000).toISOString(),
        count: 1,
      },
    ],
  };
  const kept = createStore(remembered);
  const history = recorded(beats, kept);
  beats.pass(10);
  expect(kept.state.saves).toBe(0);
  await kept.reachable();
  expect(history.connections().connections).toEqual([9, null, 8, 1, 1]);
  beats.pass(10);
  expect(kept.state.kept).toMatchObject({
    history: { connections: [9, null, 8, 1, 1, 1] },
    incidents: [{ kind: 'lease-taken', replica: 'gone' }],
  });
});

test('only the engine writes', async () => {
  const beats = createHeartbeats();
  beats.own = { lease: null, executor: 'off', feed: null };
  const kept = createStore();
  recorded(beats, kept);
  await kept.reachable();
  beats.pass(30, { b: { lease: 8 } });
  expect(kept.state.saves).toBe(0);
});
