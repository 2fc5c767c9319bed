import { createBatchLoader } from '../../lib/batch-loader.ts';
import type { Cancel, Clock } from '../../lib/clock.ts';
import { createEmitter } from '../../lib/emitter.ts';
import type { Log } from '../../lib/log.ts';
import { TradecastError } from '../../protocol/errors.ts';
import type { Tier } from '../../protocol/tier.ts';
import type { TierMark, Users } from './user.ts';

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
  /** The tiers of all held users are known as of now. */
  onRead(listener: () => void): Cancel;
  start(): Cancel;
}

export interface TierWatchParts {
  readonly users: Pick<Users, 'tiers' | 'tierChanges'>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Each sweep asks whose tier changed since the last one, and reads those and who is new. A read that began before the
 * answer may not have seen the change, and one that begins after it has: of two the one that began later counts.
 */
export function createTierWatch({ users, clock, log }: TierWatchParts): TierWatch {
  const held = createHeldTiers();
  const changes = createEmitter<[userId: string, tier: Tier]>();
  const reads = createEmitter();
  const readOne = createBatchLoader(readMany, MAX_BATCH);
  let looked: (Read & { readonly mark: TierMark }) | null = null;
  let reading = false;

  async function readMany(ids: readonly string[]): Promise<ReadonlyMap<string, Tier>> {
    const read = held.begin(clock.now());
    const tiers = await users.tiers(ids);
    for (const [userId, tier] of tiers) if (held.keep(userId, tier, read)) changes.emit(userId, tier);
    return tiers;
  }

  async function look(): Promise<void> {
    const began = held.begin(clock.now());
    const { mark, changed } = await users.tierChanges(looked?.mark ?? null);
    const ids = held.due(changed);
    for (let start = 0; start < ids.length; start += MAX_BATCH)
      await readMany(ids.slice(start, start + MAX_BATCH));
    // Only now: what could not be read is found again.
    looked = { ...began, mark };
    reads.emit();
  }

  function sweep(): void {
    if (reading || held.size() === 0) return;
    reading = true;
    look()
      .catch((error: unknown) => log.warn({ err: error }, 'the tiers of connected users could not be read'))
      .finally(() => {
        reading = false;
      });
  }

  return {
    hold: held.hold,
    release: held.release,
    async read(userId) {
      const tier = await readOne(userId);
      if (tier === undefined) throw new TradecastError('NOT_FOUND', 'There is no such user.');
      return tier;
    },
    known(userId) {
      const user = held.of(userId);
      if (!user?.read) return null;
      const { asOf } = looked && looked.order > user.read.order ? looked : user.read;
      const age = clock.now() - asOf;
      // A clock that was set back says nothing of the age, either.
      return age >= 0 && age <= TIER_TRUST_MS ? user.tier : null;
    },
    onChange: changes.on,
    onRead: reads.on,
    start: () => clock.every(TIER_INTERVAL_MS, sweep),
  };
}

interface Held {
  tier: Tier;
  /** The last read of this user; null before the first. */
  read: Read | null;
  /** A read that had begun by then does not count: changes of the time before were not looked for. */
  readonly heldSince: number;
  holds: number;
}

/** A read of tiers, or a look at what changed. */
interface Read {
  /** They count in the order in which they began, also within a millisecond. */
  readonly order: number;
  /** When it began, milliseconds since epoch. */
  readonly asOf: number;
}

/** The tiers of held users, as the newest read of each says. */
function createHeldTiers() {
  const held = new Map<string, Held>();
  /** Held, and not read yet. */
  const unread = new Set<string>();
  let lastOrder = 0;

  return {
    size: (): number => held.size,
    of: (userId: string): Readonly<Held> | undefined => held.get(userId),
    hold(userId: string, tier: Tier): void {
      const user = held.get(userId);
      if (user) {
        user.holds += 1;
        return;
      }
      held.set(userId, { tier, read: null, heldSince: lastOrder, holds: 1 });
      unread.add(userId);
    },
    release(userId: string): void {
      const user = held.get(userId);
      if (!user) return;
      user.holds -= 1;
      if (user.holds > 0) return;
      held.delete(userId);
      unread.delete(userId);
    },
    /** As of the beginning: a change that is committed while the answer is on its way is not in it. */
    begin(now: number): Read {
      lastOrder += 1;
      return { order: lastOrder, asOf: now };
    },
    /** Whom to read, where these changed; null for all. */
    due(changed: readonly string[] | null): string[] {
      const ids = changed === null ? held.keys() : changed.filter((id) => held.has(id));
      return [...new Set([...ids, ...unread])];
    },
    /** Whether the user was told of another tier before. */
    keep(userId: string, tier: Tier, read: Read): boolean {
      const user = held.get(userId);
      if (!user || read.order <= (user.read?.order ?? user.heldSince)) return false;
      const isOther = user.tier !== tier;
      user.read = read;
      user.tier = tier;
      unread.delete(userId);
      return isOther;
    },
  };
}
