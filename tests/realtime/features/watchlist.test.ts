import { expect, test } from '@jest/globals';
import { silentLog } from '../../../rig/log.ts';
import { createMetrics } from '../../../src/metrics/index.ts';
import { watchlistFeature } from '../../../src/realtime/features/watchlist.ts';
import { createStateLane } from '../../../src/realtime/state-lane/lane.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { createMemoryPeer } from '../../support/memory-peer.ts';

const endOfTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('a change of the last turn before the stop is not published, when cluster and bus have stopped', async () => {
  const { realtime: metrics } = createMetrics();
  let published = 0;
  const feature = watchlistFeature({
    board: { get: () => undefined, onChange: () => () => {} },
    demand: {
      set() {
        published += 1;
      },
      resync() {},
    },
    instruments: { knows: () => true },
    maxSymbols: 10,
  })({
    lane: createStateLane({ metrics }),
    peers: new Set(),
    peersOf: () => [],
    sweep: { onHeads: () => () => {} },
    send() {},
    close() {},
    clock: createManualClock('2026-03-02T15:00:00.000Z'),
    metrics,
    log: silentLog,
  });
  const stop = feature.start?.();
  feature.left?.(createMemoryPeer());
  await endOfTurn();
  expect(published).toBe(1);
  feature.left?.(createMemoryPeer());
  stop?.();
  await endOfTurn();
  expect(published).toBe(1);
});
