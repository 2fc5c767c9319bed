import { beforeEach, describe, expect, test } from '@jest/globals';
import { silentLog } from '../../../rig/log.ts';
import {
  createTierWatch,
  TIER_INTERVAL_MS,
  TIER_TRUST_MS,
  type TierWatch,
} from '../../../src/domain/accounts/tier-watch.ts';
import type { TierChanges } from '../../../src/domain/accounts/user.ts';
import type { Tier } from '../../../src/protocol/tier.ts';
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts';

const mark = { server: 'this', oldest: '1' };
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface Question {
  readonly ids: readonly string[];
  /** Answers with what the database said when it was asked, or now. */
  answer(tiers: Record<string, Tier>): void;
}

let clock: ManualClock;
let watch: TierWatch;
let looks: TierChanges['changed'][];
let isAway: boolean;
/** Reads that the test answers; null where they are answered at once. */
let open: Question[] | null;
let tiers: Record<string, Tier>;
let read: string[][];
let told: string[];

beforeEach(() => {
  clock = createManualClock('2026-01-02T15:00:00Z');
  [looks, isAway, open, tiers, read, told] = [[], false, null, {}, [], []];
  watch = createTierWatch({
    users: {
      tiers(ids) {
        read.push([...ids]);
        if (isAway) return Promise.reject(new Error('the database is away'));
        if (open === null) return Promise.resolve(answerOf(ids, tiers));
        const questions = open;
        return new Promise((resolve) => {
          questions.push({ ids, answer: (said) => resolve(answerOf(ids, said)) });
        });
      },
      async tierChanges() {
        if (isAway) throw new Error('the database is away');
        const changed = looks.shift();
        return { mark, changed: changed === undefined ? [] : changed };
      },
    },
    clock,
    log: silentLog,
  });
  watch.onChange((userId, tier) => void told.push(`${userId} ${tier}`));
  watch.start();
});

const answerOf = (ids: readonly string[], said: Record<string, Tier>): Map<string, Tier> =>
  new Map(ids.flatMap((id) => (said[id] === undefined ? [] : [[id, said[id]]])));
async function sweep(): Promise<void> {
  clock.advance(TIER_INTERVAL_MS);
  await settled();
}
/** Held, and read once. */
async function holding(userId: string, tier: Tier): Promise<void> {
  tiers[userId] = tier;
  watch.hold(userId, tier);
  await watch.read(userId);
}

describe('the watch over tiers', () => {
  test('reads nobody at rest, and what was read is known for as long as the database answers', async () => {
    for (let user = 0; user < 1_000; user++) watch.hold(`u${user}`, 'STARTER');
    for (let user = 0; user < 1_000; user++) tiers[`u${user}`] = 'STARTER';
    await sweep();
    expect(read.flat()).toHaveLength(1_000);
    read = [];
    for (let count = 0; count < 10; count++) await sweep();
    expect(read).toEqual([]);
    expect(watch.known('u7')).toBe('STARTER');
  });

  test('reads who changed, and believes nothing once the database is silent for longer than five seconds', async () => {
    await holding('ada', 'PROFESSIONAL');
    await holding('bob', 'STARTER');
    tiers.ada = 'STARTER';
    looks = [['ada', 'a stranger']];
    read = [];
    await sweep();
    expect(read).toEqual([['ada']]);
    expect(told).toEqual(['ada STARTER']);
    isAway = true;
    clock.advance(TIER_TRUST_MS);
    await settled();
    expect(watch.known('bob')).toBe('STARTER');
    clock.advance(1);
    expect([watch.known('ada'), watch.known('bob')]).toEqual([null, null]);
    isAway = false;
    await sweep();
    expect([watch.known('ada'), watch.known('bob')]).toEqual(['STARTER', 'STARTER']);
  });

  test('reads everybody where nobody can say what changed', async () => {
    await holding('ada', 'PROFESSIONAL');
    await holding('bob', 'STARTER');
    [looks, read] = [[null], []];
    await sweep();
    expect(read).toEqual([['ada', 'bob']]);
  });

  test('a read that began before a change was found does not undo it, however late its answer comes', async () => {
    await holding('ada', 'PROFESSIONAL');
    open = [];
    const slow = watch.read('ada');
    await settled();
    looks = [['ada']];
    await sweep();
    const [before, after] = open;
    after!.answer({ ada: 'STARTER' });
    await settled();
    before!.answer({ ada: 'PROFESSIONAL' });
    expect(await slow).toBe('PROFESSIONAL');
    expect(watch.known('ada')).toBe('STARTER');
    expect(told).toEqual(['ada STARTER']);
  });

  test('a read that began before the user came back does not count: the change of the time between was nobody’s', async () => {
    await holding('ada', 'PROFESSIONAL');
    await holding('bob', 'STARTER');
    open = [];
    const slow = watch.read('ada');
    await settled();
    watch.release('ada');
    looks = [['ada']];
    await sweep();
    watch.hold('ada', 'STARTER');
    open.shift()!.answer({ ada: 'PROFESSIONAL' });
    await slow;
    expect(watch.known('ada')).toBeNull();
    await sweep();
    open.shift()!.answer({ ada: 'STARTER' });
    await settled();
    expect(watch.known('ada')).toBe('STARTER');
    expect(told).toEqual([]);
  });
});
