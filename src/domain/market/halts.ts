import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { createScope } from '../../lib/scope.ts';
import { FencedError } from '../engine/fenced.ts';

/** How soon a query that failed is tried again. */
const RETRY_MS = 1_000;

/**
 * An older halt is forgotten. The longest with an end of its own is a suspension by the SEC: ten business days
 * (Securities Exchange Act, section 12(k)). Where no trade came since, the symbol has left the market.
 */
export const HALT_KEPT_MS = 14 * 24 * 3_600_000;

/** Where the trading halts of a feed's symbols are kept until they end. */
export interface HaltStore {
  /**
   * Engine: when each symbol was halted, by the source, milliseconds since epoch; earlier ones than `since` are removed.
   * Throws FencedError where another replica is the engine now.
   */
  load(fencing: number, since: number): Promise<ReadonlyMap<string, number>>;
  /** Engine: the same for these symbols; null where the halt has ended. Throws FencedError as well. */
  keep(fencing: number, halts: ReadonlyMap<string, number | null>): Promise<void>;
}

/** Upstream says each halt once: what an engine was told stands for the next one, too. */
export interface HaltKeeper {
  /** Calls back with the halts there are, and then `ready`: before that the engine takes no word of upstream. */
  begin(fencing: number, ready: () => void): void;
  /** A halt began at this time of the source, or has ended (null). */
  changed(symbol: string, haltedAt: number | null): void;
  /** Resolves when what has changed is stored, or can't be. */
  stop(): Promise<void>;
}

export interface HaltKeeperOptions {
  readonly store: HaltStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly onHalted: (symbol: string, haltedAt: number) => void;
}

export function createHaltKeeper({ store, clock, log, onHalted }: HaltKeeperOptions): HaltKeeper {
  const running = createScope();
  const pending = new Map<string, number | null>();
  let term: { readonly fencing: number } | null = null;
  let loading: (() => void) | null = null;
  let writing: Promise<void> = Promise.resolve();

  const failed = (error: unknown, what: string): void => {
    if (!(error instanceof FencedError)) log.warn({ err: error }, `the trading halts could not be ${what}`);
  };

  async function load(ready: () => void): Promise<void> {
    loading = null;
    const begun = term;
    if (begun === null) return;
    try {
      const halts = await store.load(begun.fencing, clock.now() - HALT_KEPT_MS);
      if (term !== begun) return;
      for (const [symbol, haltedAt] of halts) onHalted(symbol, haltedAt);
      ready();
    } catch (error) {
      failed(error, 'read');
      if (term === begun) loading = () => void load(ready);
    }
  }

  async function write(fencing: number): Promise<void> {
    if (pending.size === 0) return;
    const halts = new Map(pending);
    pending.clear();
    try {
      await store.keep(fencing, halts);
    } catch (error) {
      failed(error, 'stored');
      for (const [symbol, haltedAt] of halts) if (!pending.has(symbol)) pending.set(symbol, haltedAt);
    }
  }

  const flush = (): Promise<void> => {
    if (term === null) return writing;
    const { fencing } = term;
    writing = writing.then(() => write(fencing));
    return writing;
  };

  return {
    begin(fencing, ready) {
      running.end();
      term = { fencing };
      void load(ready);
      running.add(
        clock.every(RETRY_MS, () => {
          loading?.();
          if (pending.size > 0) void flush();
        }),
      );
    },
    changed(symbol, haltedAt) {
      pending.set(symbol, haltedAt);
      void flush();
    },
    async stop() {
      running.end();
      const last = flush();
      term = loading = null;
      await last;
      // The next engine has written others by the time this replica is the engine again.
      if (term === null) pending.clear();
    },
  };
}

/** Keeps none. */
export const NO_HALTS: HaltStore = { load: async () => new Map(), keep: async () => {} };
