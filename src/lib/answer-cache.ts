import type { Clock } from './clock.ts';

/** An answer of a slow source. */
export interface Kept<T> {
  readonly value: T;
  /** The source is away: this is its answer of before. */
  readonly stale: boolean;
}

type Ask<T> = (before: T | undefined, signal: AbortSignal) => Promise<T>;

export interface AnswerCache<T> {
  /**
   * The answer of this key, asked for where it is not fresh. However many ask at once, the source is asked once.
   * `before` is the answer that serves in place of an error of `ask`. Throws the reason of `signal` when it aborts; the
   * signal of `ask` aborts when all who wait have left.
   */
  get(key: string, ask: Ask<T>, signal?: AbortSignal): Promise<Kept<T>>;
}

export interface AnswerCacheOptions<T> {
  readonly clock: Clock;
  /** An answer serves this long without a question. */
  readonly freshMs: number;
  /** And this long in place of an answer that does not come. */
  readonly staleMs: number;
  /** How long the source is not asked again after this error, milliseconds; 0 where the next question may work. */
  readonly keepErrorMs: (error: unknown) => number;
  /** Whether an older answer is better than this error. */
  readonly mayServeStale: (error: unknown) => boolean;
  /** Memory that an answer takes, in units of the cache's own; 1 by default. */
  readonly weightOf?: (value: T) => number;
  /** Bounds the memory: the oldest answers go first. */
  readonly maxWeight: number;
}

interface Entry<T> {
  readonly at: number;
  readonly weight: number;
  readonly outcome: { readonly value: T } | { readonly error: unknown; readonly forMs: number };
}

/** The answers of before, and errors that count for a while. */
function createKeptAnswers<T>({
  clock,
  freshMs,
  staleMs,
  weightOf = () => 1,
  maxWeight,
}: AnswerCacheOptions<T>) {
  /** Oldest first. */
  const entries = new Map<string, Entry<T>>();
  let weight = 0;

  function drop(key: string): void {
    weight -= entries.get(key)?.weight ?? 0;
    entries.delete(key);
  }

  const isOfUse = ({ at, outcome }: Entry<T>): boolean =>
    clock.now() - at <= ('value' in outcome ? Math.max(freshMs, staleMs) : outcome.forMs);

  return {
    get: (key: string): Entry<T> | undefined => entries.get(key),
    /** Answers that can no longer serve go as well. */
    keep(key: string, outcome: Entry<T>['outcome']): void {
      drop(key);
      const entry = { at: clock.now(), outcome, weight: 'value' in outcome ? weightOf(outcome.value) : 1 };
      entries.set(key, entry);
      weight += entry.weight;
      for (const [oldest, known] of entries) {
        if (known === entry || (weight <= maxWeight && isOfUse(known))) break;
        drop(oldest);
      }
    },
    /** What may serve in place of an answer that does not come. */
    staleOf(key: string): { readonly value: T } | undefined {
      const before = entries.get(key);
      return before && 'value' in before.outcome && clock.now() - before.at <= staleMs
        ? before.outcome
        : undefined;
    },
  };
}

/** A question under way. */
interface Asking<T> {
  readonly answer: Promise<Kept<T>>;
  readonly left: AbortController;
  waiting: number;
}

export function createAnswerCache<T>(options: AnswerCacheOptions<T>): AnswerCache<T> {
  const { clock, freshMs, keepErrorMs, mayServeStale } = options;
  const kept = createKeptAnswers(options);
  const asking = new Map<string, Asking<T>>();

  async function askNow(key: string, ask: Ask<T>, signal: AbortSignal): Promise<Kept<T>> {
    try {
      const value = await ask(kept.staleOf(key)?.value, signal);
      kept.keep(key, { value });
      return { value, stale: false };
    } catch (error) {
      signal.throwIfAborted();
      const before = mayServeStale(error) ? kept.staleOf(key) : undefined;
      if (before) return { value: before.value, stale: true };
      const forMs = keepErrorMs(error);
      if (forMs > 0) kept.keep(key, { error, forMs });
      throw error;
    }
  }

  function begin(key: string, ask: Ask<T>): Asking<T> {
    const left = new AbortController();
    const answer = askNow(key, ask, left.signal).finally(() => {
      if (asking.get(key) === begun) asking.delete(key);
    });
    const begun: Asking<T> = { answer, left, waiting: 0 };
    asking.set(key, begun);
    return begun;
  }

  /** Who has no signal waits to the end. */
  async function waitFor(key: string, begun: Asking<T>, signal: AbortSignal | undefined): Promise<Kept<T>> {
    begun.waiting += 1;
    if (!signal) return begun.answer;
    const { promise, reject } = Promise.withResolvers<never>();
    const leave = (): void => {
      reject(signal.reason);
      begun.waiting -= 1;
      if (begun.waiting > 0) return;
      asking.delete(key);
      begun.left.abort(signal.reason);
    };
    signal.addEventListener('abort', leave, { once: true });
    return Promise.race([begun.answer, promise]).finally(() => signal.removeEventListener('abort', leave));
  }

  return {
    async get(key, ask, signal) {
      signal?.throwIfAborted();
      const known = kept.get(key);
      const age = known ? clock.now() - known.at : 0;
      if (known && 'value' in known.outcome && age < freshMs)
        return { value: known.outcome.value, stale: false };
      if (known && 'error' in known.outcome && age < known.outcome.forMs) throw known.outcome.error;
      return waitFor(key, asking.get(key) ?? begin(key, ask), signal);
    },
  };
}
