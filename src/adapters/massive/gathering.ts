import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { NOT_ENTITLED } from './refusals.ts';
import { RestError } from './rest.ts';

/** Symbols confirmed within this time share their requests. */
const GATHER_MS = 50;

/** Symbols that wait for what REST knows of them, and the products that the plan lacks. */
export interface Gathering {
  add(symbol: string): void;
  /** Runs the request; an error is logged. What the plan does not include is requested once. */
  attempt(product: string, ask: () => Promise<void>): Promise<void>;
  isStopped(): boolean;
  stop(): void;
}

export interface GatheringOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly run: (symbols: readonly string[]) => Promise<void>;
}

export function createGathering({ clock, log, run }: GatheringOptions): Gathering {
  const waiting = new Set<string>();
  const notEntitled = new Set<string>();
  let cancel = (): void => {};
  let stopped = false;

  return {
    add(symbol) {
      if (waiting.size === 0) {
        cancel = clock.after(GATHER_MS, () => {
          const symbols = [...waiting];
          waiting.clear();
          void run(symbols);
        });
      }
      waiting.add(symbol);
    },
    async attempt(product, ask) {
      if (stopped || notEntitled.has(product)) return;
      try {
        await ask();
      } catch (error) {
        if (stopped) return;
        if (error instanceof RestError && error.status === NOT_ENTITLED) notEntitled.add(product);
        log.warn({ err: error }, `upstream did not deliver the ${product}`);
      }
    },
    isStopped: () => stopped,
    stop() {
      stopped = true;
      cancel();
    },
  };
}
