import { expect, test } from '@jest/globals';
import { silentLog } from '../../../rig/log.ts';
import { createLocalBus } from '../../../src/adapters/local/bus.ts';
import { createDemand } from '../../../src/domain/market/demand.ts';
import { createEngineDemand } from '../../../src/domain/market/engine-demand.ts';
import { OPTION_TOPICS } from '../../../src/domain/market/topics.ts';
import { createManualClock } from '../../support/manual-clock.ts';

const START = '2026-01-15T15:00:00Z';

function start() {
  const clock = createManualClock(START);
  const bus = createLocalBus(silentLog);
  const parts = { bus, clock, topics: OPTION_TOPICS, replica: 'one' };
  const passed: string[][] = [];
  const demand = createDemand(parts);
  const engine = createEngineDemand({
    ...parts,
    onSymbols: (symbols) => passed.push([...symbols]),
    onFresh() {},
  });
  engine.follow();
  demand.start();
  return { clock, demand, passed };
}

test('a symbol that is wanted again is the most recently wanted within a second, whichever part wants it', () => {
  const { clock, demand, passed } = start();
  demand.set('peers', ['A', 'B', 'C']);
  demand.set('polled', ['B']);
  demand.set('polled', ['B', 'D']);
  expect(passed.at(-1)).toEqual(['A', 'C', 'B', 'D']);
  demand.set('peers', ['B', 'C', 'A']);
  clock.advance(1_000);
  expect(passed.at(-1)).toEqual(['C', 'B', 'D', 'A']);
});

test('wishes that are repeated without end are one message a second', () => {
  const { clock, demand, passed } = start();
  demand.set('peers', ['A', 'B']);
  const before = passed.length;
  for (let i = 0; i < 50; i++) {
    demand.set('peers', ['B', 'A']);
    demand.set('peers', ['A', 'B']);
  }
  clock.advance(1_000);
  expect(passed.length - before).toBe(1);
  clock.advance(1_000);
  expect(passed.length - before).toBe(1);
});
