import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { AnyTopic } from '../../../src/realtime/state-lane/topic.ts';
import { createWatchGroups, type WatchGroup } from '../../../src/realtime/state-lane/watch-groups.ts';

const topic = { event: 'quote:update' } as unknown as AnyTopic;
const SUBJECTS = ['A', 'B', 'C'];

/** A member watches these from now on; none where it leaves. */
const step = fc.record({
  member: fc.nat({ max: 19 }),
  subjects: fc.subarray(SUBJECTS),
});

test('whoever comes and goes, each subject has exactly its watchers, and is forgotten with the last of them', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const unwatched: string[] = [];
      const groups = createWatchGroups<number>((_topic, subject) => unwatched.push(subject));
      const known = new Map<number, { group: WatchGroup<number>; subjects: readonly string[] }>();
      const watchersOf = (subject: string): number[] =>
        [...known].filter(([, { subjects }]) => subjects.includes(subject)).map(([member]) => member);
      for (const { member, subjects } of steps) {
        const before = SUBJECTS.filter((subject) => watchersOf(subject).length > 0);
        unwatched.length = 0;
        const had = known.get(member);
        if (had) groups.leave(member, had.group);
        known.delete(member);
        if (subjects.length > 0)
          known.set(member, { group: groups.join(member, 0, [{ topic, subjects }]), subjects });

        for (const subject of SUBJECTS) {
          const expected = watchersOf(subject);
          const found = groups.watching(topic, subject).flatMap(({ members }) => members);
          expect(found.sort()).toEqual(expected.sort());
          expect(groups.isWatched(topic, subject)).toBe(expected.length > 0);
          // Few that have gone are kept, so that none of them costs a search.
          const kept = groups.watching(topic, subject);
          expect(kept.filter(({ members }) => members.length === 0).length * 2).toBeLessThanOrEqual(
            kept.length,
          );
        }
        const after = SUBJECTS.filter((subject) => watchersOf(subject).length > 0);
        expect([...groups.subjects(topic)].sort()).toEqual(after);
        expect(unwatched).toEqual(expect.arrayContaining(before.filter((one) => !after.includes(one))));
      }
    }),
    { numRuns: 300 },
  );
});

test('members with equal subjects are one group, whichever they asked for first, and each dialect has its own', () => {
  const groups = createWatchGroups<number>(() => {});
  const wanted = (subjects: readonly string[]) => [{ topic, subjects }];
  const one = groups.join(1, 0, wanted(['A', 'B']));
  expect(groups.join(2, 0, wanted(['A', 'B']))).toBe(one);
  expect(groups.join(3, 1, wanted(['A', 'B']))).not.toBe(one);
  expect(groups.join(4, 0, wanted(['A']))).not.toBe(one);
  expect(one.members).toEqual([1, 2]);
});
