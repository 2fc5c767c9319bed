import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { FencedError } from '../engine/fenced.ts';
import type { EngineLease } from '../engine/lease.ts';
import type { FoundPrice } from './holdings.ts';
import type { Ledger } from './ledger.ts';
import type { MarketView } from './market-view.ts';
import { toKnownPrice } from './marks.ts';

/** What a crash may cost of a price's age: a restart marks a share without a quote at a price of this long before. */
export const KNOWN_PRICES_INTERVAL_MS = 15_000;

/** Where the last price of each held symbol is kept, for when the market no longer has one. */
export interface KnownPrices {
  /**
   * Engine: replaces what is stored of these symbols, by a price that was not heard only where nothing newer is stored.
   * Throws FencedError where another replica is the engine now.
   */
  keep(fencing: number, prices: ReadonlyMap<string, FoundPrice>): Promise<void>;
}

export interface PriceKeeper {
  start(): void;
  /** Stores what has changed since the last time, and ends. */
  stop(): Promise<void>;
}

export interface PriceKeeperParts {
  readonly store: KnownPrices;
  readonly ledger: Pick<Ledger, 'tradedSymbols'>;
  readonly quote: MarketView['quote'];
  readonly lease: Pick<EngineLease, 'current'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** The engine stores the last prices of what is held, each when it has changed. */
export function createPriceKeeper({
  store,
  ledger,
  quote,
  lease,
  clock,
  log,
}: PriceKeeperParts): PriceKeeper {
  /** As it was stored, by symbol. */
  const stored = new Map<string, string>();
  let end = (): void => {};
  let running: Promise<void> = Promise.resolve();

  async function changed(): Promise<Map<string, FoundPrice>> {
    const prices = new Map<string, FoundPrice>();
    for (const symbol of await ledger.tradedSymbols()) {
      const price = toKnownPrice(quote(symbol));
      if (price && stored.get(symbol) !== textOf(price)) prices.set(symbol, price);
    }
    return prices;
  }

  async function keep(): Promise<void> {
    const fencing = lease.current();
    // The next engine may have stored others by the time this replica is the engine again.
    if (fencing === null) return stored.clear();
    try {
      const prices = await changed();
      if (prices.size === 0) return;
      await store.keep(fencing, prices);
      for (const [symbol, price] of prices) stored.set(symbol, textOf(price));
    } catch (error) {
      if (!(error instanceof FencedError)) log.warn({ err: error }, 'the last prices could not be stored');
    }
  }

  const keepNext = (): Promise<void> => {
    running = running.then(keep);
    return running;
  };

  return {
    start() {
      end = clock.every(KNOWN_PRICES_INTERVAL_MS, () => void keepNext());
    },
    stop() {
      end();
      return keepNext();
    },
  };
}

const textOf = ({ price, previousClose, day, at }: FoundPrice): string =>
  [price, previousClose, day, at].join(' ');
