import { randomBytes } from 'node:crypto';
import type { Breaker } from './breaker.ts';
import { type ConnectionScripts, LEASE, OCCUPIED, type Place } from './connection-scripts.ts';
import { createOutstanding } from './outstanding.ts';

/** The one lease of a replica in Redis, on which all of its places hang. */
export interface PlaceLease {
  /** True, or false where no place is free; null while Redis is away. */
  occupy(place: Place, replaced?: string): Promise<boolean | null>;
  /** A place that was taken without Redis: it is registered as soon as Redis can be asked. */
  add(place: Place): void;
  /** Tried again until Redis has it, or the lease has ended. */
  giveBack(place: Place): void;
  /** Renews the lease, and settles what is open between Redis and us; removes what others have left. */
  renew(): Promise<void>;
  /** Ends the lease, and with it all of its places. */
  end(): Promise<void>;
}

export interface PlaceLeaseParts {
  readonly scripts: ConnectionScripts;
  readonly breaker: Pick<Breaker, 'ask'>;
  readonly leaseMs: number;
  readonly maxPerUser: number;
  /** The places of open connections. */
  readonly open: () => Iterable<Place>;
}

/** A new name for each lease: what is left of an ended one is removed by whoever finds it, and never ours again. */
const newName = (): string => randomBytes(9).toString('base64url');

export function createPlaceLease({
  scripts,
  breaker,
  leaseMs,
  maxPerUser,
  open,
}: PlaceLeaseParts): PlaceLease {
  let name = newName();
  let beginning: Promise<void> | null = null;
  /** Runs the script on what is ours; false where Redis is away, or the lease has ended or become another. */
  const told =
    (run: (replica: string, places: readonly Place[]) => Promise<number>) =>
    async (places: readonly Place[]): Promise<boolean> => {
      const replica = name;
      const answer = await breaker.ask(() => run(replica, places));
      return answer === 1 && replica === name;
    };
  /** Places that Redis does not know, and those that it may keep for closed connections. */
  const missing = createOutstanding(told(scripts.register));
  const owed = createOutstanding(told(scripts.giveBack));

  /** A lease under a new name, without any place. */
  function begin(): Promise<void> {
    beginning ??= (async () => {
      const next = newName();
      if ((await breaker.ask(() => scripts.renew(next, leaseMs, true))) === null) return;
      name = next;
      owed.clear();
      for (const place of open()) missing.add(place);
      void missing.settle();
    })().finally(() => {
      beginning = null;
    });
    return beginning;
  }

  async function sweep(): Promise<void> {
    while ((await breaker.ask(scripts.sweep)) === 1);
  }

  async function occupy(place: Place, replaced?: string): Promise<number | null> {
    const ask = () => breaker.ask(() => scripts.occupy(name, place, maxPerUser, replaced));
    const answer = await ask();
    if (answer !== OCCUPIED.leaseEnded) return answer;
    await begin();
    return ask();
  }

  return {
    async occupy(place, replaced) {
      const answer = await occupy(place, replaced);
      return answer === null || answer === OCCUPIED.leaseEnded ? null : answer === OCCUPIED.yes;
    },
    add: missing.add,
    giveBack(place) {
      missing.delete(place[1]);
      owed.add(place);
      void owed.settle();
    },
    async renew() {
      // Before whoever asks next: their places may be free by it.
      void owed.settle();
      const lease = await breaker.ask(() => scripts.renew(name, leaseMs, false));
      if (lease === null) return;
      if (lease === LEASE.ended) await begin();
      await missing.settle();
      if (lease === LEASE.othersEnded) await sweep();
    },
    async end() {
      // One that has ended is swept like any other.
      if ((await breaker.ask(() => scripts.renew(name, -1, true))) !== null) await sweep();
    },
  };
}
