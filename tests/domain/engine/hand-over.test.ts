import { expect, test } from '@jest/globals';
import { handOver } from '../../../src/domain/engine/hand-over.ts';
import { createManualClock } from '../../support/manual-clock.ts';

/** What was stopped, in order; `hangs` never ends. */
function parts(hangs?: 'market' | 'executor') {
  const done: string[] = [];
  const part = (name: string) => ({
    async stop() {
      await Promise.resolve();
      if (name === hangs) await new Promise(() => {});
      done.push(name);
    },
  });
  const clock = createManualClock('2026-06-15T15:00:00Z');
  return {
    done,
    clock,
    all: { feeds: part('market'), executor: part('executor'), lease: part('lease'), clock },
  };
}

test('the feed goes first and the lease last, so that no other replica can begin before we have ended', async () => {
  const { done, clock, all } = parts();
  await handOver(all);
  expect(done).toEqual(['market', 'executor', 'lease']);
  expect(clock.pending()).toBe(0);
});

test.each([
  ['market', ['executor', 'lease']],
  ['executor', ['market', 'lease']],
] as const)('a %s that hangs holds the lease up for a second', async (hangs, ended) => {
  const { done, clock, all } = parts(hangs);
  const handed = handOver(all);
  await new Promise(setImmediate);
  expect(done).not.toContain('lease');
  clock.advance(1_000);
  await handed;
  expect(done).toEqual(ended);
});
