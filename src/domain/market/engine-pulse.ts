import type { Clock } from '../../lib/clock.ts';
import { MAX_MESSAGE_AHEAD_MS } from '../bus/envelope.ts';
import { MAX_QUOTES_AGE_MS, type QuotesMessage } from './quotes-message.ts';

/** The engine publishes at least every second; after this long without a message every quote of it is stale. */
export const ENGINE_SILENCE_MS = 6_000;

/** How an engine numbers what it publishes. */
export type EngineMessage = Pick<QuotesMessage, 'lease' | 'after' | 'seq' | 'at'>;

/**
 * What a message of quotes is worth. `lease`: from an engine that has been replaced. `repeated`: it, or a later one,
 * has arrived another way. `late`: too old, or from the future.
 */
export type Verdict =
  | { readonly isNew: true; readonly missed: boolean }
  | { readonly isNew: false; readonly reason: 'lease' | 'repeated' | 'late' };

/** Which engine publishes the quotes, and since when each has been silent. */
export interface EnginePulse {
  /** The highest number of a lease that has published. */
  lease(): number;
  receive(message: EngineMessage): Verdict;
  /** Whether the quotes published under this lease are stale: its engine, or the former one, is silent. */
  isSilent(lease: number): boolean;
  /** Whose silence was not reported yet: the engine's, only that of former ones, or none. */
  newSilence(): 'engine' | 'former' | null;
  /** Silence is counted from now on. */
  begin(): void;
}

export interface EnginePulseOptions {
  readonly clock: Clock;
  /** The highest number of an engine that the database knows; null where it was not asked yet. */
  readonly newestLease: () => number | null;
}

export function createEnginePulse({ clock, newestLease }: EnginePulseOptions): EnginePulse {
  /** `seq` is the number of its last message, `receivedAt` the time of it. */
  const engine = { lease: 0, seq: 0, receivedAt: 0, isReported: false };
  /** The engines before: what only they published goes stale as if they had fallen silent. */
  const former = { receivedAt: 0, isReported: true };

  const isLong = (since: number): boolean => clock.now() - since >= ENGINE_SILENCE_MS;

  const isTimely = ({ at }: EngineMessage): boolean => {
    const age = clock.now() - at;
    return age <= MAX_QUOTES_AGE_MS && age >= -MAX_MESSAGE_AHEAD_MS;
  };

  return {
    lease: () => engine.lease,
    receive(message) {
      if (message.lease < engine.lease) return { isNew: false, reason: 'lease' };
      if (message.lease === engine.lease && message.seq <= engine.seq)
        return { isNew: false, reason: 'repeated' };
      if (!isTimely(message)) return { isNew: false, reason: 'late' };
      if (message.lease > engine.lease) {
        Object.assign(former, { receivedAt: engine.receivedAt, isReported: false });
        Object.assign(engine, { lease: message.lease, seq: 0 });
      }
      const missed = engine.isReported || message.after > engine.seq;
      Object.assign(engine, { seq: message.seq, receivedAt: clock.now(), isReported: false });
      return { isNew: true, missed };
    },
    isSilent: (lease) => isLong(lease === engine.lease ? engine.receivedAt : former.receivedAt),
    newSilence() {
      const isFormerNew = !former.isReported && isLong(former.receivedAt);
      if (isFormerNew) former.isReported = true;
      if (engine.isReported || !isLong(engine.receivedAt)) return isFormerNew ? 'former' : null;
      engine.isReported = true;
      // A count that no engine continues must not keep out the one there is: its next message counts.
      engine.seq = 0;
      const newest = newestLease();
      if (newest !== null && newest < engine.lease) engine.lease = newest;
      return 'engine';
    },
    begin() {
      engine.receivedAt = clock.now();
    },
  };
}
