import { createBatchLoader } from '../../lib/batch-loader.ts';
import type { Cancel, Clock } from '../../lib/clock.ts';
import { createEmitter } from '../../lib/emitter.ts';
import type { Log } from '../../lib/log.ts';
import { TradecastError } from '../../protocol/errors.ts';
import type { Tier } from '../../protocol/tier.ts';
import type { Users } from './user.ts';

/** A change shows within this and one query. */
export const TIER_INTERVAL_MS = 2_000;
/** What was read longer ago is not believed: a tier that was taken away opens nothing for longer than this. */
export const TIER_TRUST_MS = 5_000;
/** Users per query when thousands subscribe at once. */
const MAX_BATCH = 1_000;

/** What the connected users have paid for. The database decides; no message between replicas is needed for it. */
export interface TierWatch {
  /** From now on the tier of this user is read at intervals; `tier` is what the user was last told. */
  hold(userId: string, tier: Tier): void;
  /** As often as held. */
  release(userId: string): void;
  /** From the database, now. Throws UNAVAILABLE, and NOT_FOUND without such a user. */
  read(userId: string): Promise<Tier>;
  /** As the database said at most `TIER_TRUST_MS` ago; null where it did not. */
  known(userId: string): Tier | null;
  /** Another tier than the user was last told. */
  onChange(listener: (userId: string, tier: Tier) => void): Cancel;
  /** The tiers of all held users have been read. */
  onRead(listener: () => void): Cancel;
  start(): Cancel;
}

interface Held {
  tier: Tier;
  /** When the last read began, milliseconds since epoch; null before the first. */
  asOf: number | null;
  holds: number;
}

export interface TierWatchParts {
  readonly users: Pick<Users, 'tiers'>;
  readonly clock: Clock;
  readonly log: Log;
}

export function createTierWatch({ users, clock, log }: TierWatchParts): TierWatch {
  const held = new Map<string, Held>();
  const changes = createEmitter<[userId: string, tier: Tier]>();
  const reads = createEmitter();
  const readOne = createBatchLoader(readMany, MAX_BATCH);
  let reading = false;

  async function readMany(ids: readonly string[]): Promise<ReadonlyMap<string, Tier>> {
    // As of the beginning: a change that is committed while the answer is on its way is not in it.
    const asOf = clock.now();
    const tiers = await users.tiers(ids);
    for (const [userId, tier] of tiers) keep(userId, tier, asOf);
    return tiers;
  }

  function keep(userId: string, tier: Tier, asOf: number): void {
    const user = held.get(userId);
    // Of two reads that overtake each other the one that began later counts.
    if (!user || (user.asOf !== null && asOf < user.asOf)) return;
    user.asOf = asOf;
    if (user.tier === tier) return;
    user.tier = tier;
    changes.emit(userId, tier);
  }

  async function readAll(): Promise<void> {
    const ids = [...held.keys()];
    for (let start = 0; start < ids.length; start += MAX_BATCH)
      await readMany(ids.slice(start, start + MAX_BATCH));
    reads.emit();
  }

  function sweep(): void {
    if (reading || held.size === 0) return;
    reading = true;
    readAll()
      .catch((error: unknown) => log.warn({ err: error }, 'the tiers of connected users could not be read'))
      .finally(() => {
        reading = false;
      });
  }

  return {
    hold(userId, tier) {
      const user = held.get(userId);
      if (user) user.holds += 1;
      else held.set(userId, { tier, asOf: null, holds: 1 });
    },
    release(userId) {
      const user = held.get(userId);
      if (!user) return;
      user.holds -= 1;
      if (user.holds === 0) held.delete(userId);
    },
    async read(userId) {
      const tier = await readOne(userId);
      if (tier === undefined) throw new TradecastError('NOT_FOUND', 'There is no such user.');
      return tier;
    },
    known(userId) {
      const user = held.get(userId);
      if (!user || user.asOf === null) return null;
      const age = clock.now() - user.asOf;
      // A clock that was set back says nothing of the age, either.
      return age >= 0 && age <= TIER_TRUST_MS ? user.tier : null;
    },
    onChange: changes.on,
    onRead: reads.on,
    start: () => clock.every(TIER_INTERVAL_MS, sweep),
  };
}
