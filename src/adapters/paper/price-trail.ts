/** Prices of the last seconds of one symbol: an order that comes a moment after a trade has not missed it. */

/** From its acceptance until the broker has it, an order takes less. */
export const TRAIL_MS = 10_000;

interface Made {
  readonly price: number;
  /** Milliseconds since epoch. */
  readonly at: number;
}

export interface PriceTrail {
  add(price: number, at: number): void;
  /** The lowest and the highest price since then; null where there was none. */
  since(at: number): { readonly low: number; readonly high: number } | null;
}

export function createPriceTrail(): PriceTrail {
  // Of each moment the lowest, and the highest, price after it: what a later one has passed is left out.
  const lows: Made[] = [];
  const highs: Made[] = [];

  const keep = (kept: Made[], made: Made, isPassed: (price: number) => boolean): void => {
    while (kept.length > 0 && isPassed((kept.at(-1) as Made).price)) kept.pop();
    while (kept.length > 0 && (kept[0] as Made).at < made.at - TRAIL_MS) kept.shift();
    kept.push(made);
  };

  return {
    add(price, at) {
      const made = { price, at };
      keep(lows, made, (earlier) => earlier >= price);
      keep(highs, made, (earlier) => earlier <= price);
    },
    since(at) {
      const low = lows.find((made) => made.at >= at);
      const high = highs.find((made) => made.at >= at);
      return low && high ? { low: low.price, high: high.price } : null;
    },
  };
}
