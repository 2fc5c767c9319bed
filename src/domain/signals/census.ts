import { randomUUID } from 'node:crypto';
import type { Cancel, Clock } from '../../lib/clock.ts';
import { createScope } from '../../lib/scope.ts';
import type { SignalStats } from '../../protocol/signals.ts';
import { TIERS, type Tier } from '../../protocol/tier.ts';
import type { Bus } from '../bus/bus.ts';
import type { BusLink } from '../bus/link.ts';
import { readersAskedTopic, readersTopic, type SignalReader } from './topics.ts';

/** An answer within a data centre takes milliseconds; a probe waits no longer than this. */
const ANSWER_MS = 750;
/** So long after its start a replica has heard of every other: they say each second that they live. */
export const SETTLED_MS = 3_000;
/** About 100 KB: below what the slowest line between replicas takes in one message. */
const READERS_PER_PART = 1_000;

/** Counts the readers of signals on all replicas. */
export interface SignalCensus {
  /** Asks every replica that lives; askers at the same time share one question. Never throws. */
  count(): Promise<SignalStats>;
  start(): Cancel;
}

export interface SignalCensusParts {
  readonly replica: string;
  readonly bus: Bus;
  readonly link: Pick<BusLink, 'state'>;
  /** Names of the replicas that live, this one too. */
  readonly replicas: () => readonly string[];
  /** Of this replica, now. */
  readonly readers: () => readonly SignalReader[];
  readonly clock: Clock;
}

interface Answers {
  /** Parts that are missing still, by replica; all of those that were heard of. */
  readonly missing: Map<string, number>;
  readonly readers: SignalReader[];
}

export function createSignalCensus(parts: SignalCensusParts): SignalCensus {
  const { replica, bus, link, clock } = parts;
  const running = createScope();
  let startedAt = clock.now();
  let asking: Promise<SignalStats> | null = null;

  function answer(id: string): void {
    const all = parts.readers();
    const count = Math.max(1, Math.ceil(all.length / READERS_PER_PART));
    for (let part = 0; part < count; part++) {
      const readers = all.slice(part * READERS_PER_PART, (part + 1) * READERS_PER_PART);
      bus.publish(readersTopic, { id, replica, part, parts: count, readers });
    }
  }

  function ask(): Promise<SignalStats> {
    const id = randomUUID();
    const answers: Answers = { missing: new Map(), readers: [] };
    const isComplete = (): boolean =>
      clock.now() - startedAt >= SETTLED_MS &&
      parts.replicas().every((name) => answers.missing.get(name) === 0);
    return new Promise((resolve) => {
      function end(): void {
        cancel();
        stopListening();
        // Without Redis a replica that is silent may live, and have readers.
        resolve(statsOf(answers.readers, isComplete() && link.state() !== 'down'));
      }
      const stopListening = bus.subscribe(readersTopic, (message) => {
        if (message.id !== id) return;
        answers.missing.set(message.replica, (answers.missing.get(message.replica) ?? message.parts) - 1);
        answers.readers.push(...message.readers);
        if (isComplete()) end();
      });
      const cancel = clock.after(ANSWER_MS, end);
      bus.publish(readersAskedTopic, { id });
    });
  }

  return {
    count() {
      asking ??= ask().finally(() => {
        asking = null;
      });
      return asking;
    },
    start() {
      startedAt = clock.now();
      running.add(bus.subscribe(readersAskedTopic, ({ id }) => answer(id)));
      return running.end;
    },
  };
}

const isTier = (tier: string): tier is Tier => TIERS.some((known) => known === tier);

function statsOf(readers: readonly SignalReader[], isExact: boolean): SignalStats {
  // A user may read on several replicas.
  const tiers = new Map(readers.map(({ userId, tier }) => [userId, tier]));
  const users_by_tier: Record<Tier, number> = { STARTER: 0, PROFESSIONAL: 0, INSTITUTIONAL: 0 };
  for (const tier of tiers.values()) if (isTier(tier)) users_by_tier[tier] += 1;
  return {
    total_connections: readers.reduce((sum, { connections }) => sum + connections, 0),
    active_users: tiers.size,
    users_by_tier,
    ...(!isExact && { partial: true }),
  };
}
