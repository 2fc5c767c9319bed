/** Read once: millions of numbers are drawn for the years of a symbol. */
const { cos, imul, log, max, min, sqrt } = Math;
const TURN = 2 * Math.PI;

/** Repeatable random numbers. Never for anything that must be unpredictable. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Standard normal, cut at ±4: without outliers that no market has. */
  normal(): number;
}

/** FNV-1a, 32 bit. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}

/** Mulberry32 over a hash of the name: the same name gives the same numbers. */
export function createRandom(name: string): Random {
  let state = hash(name);
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    next,
    normal() {
      // Box–Muller; 1 - next() keeps the logarithm finite.
      const value = sqrt(-2 * log(1 - next())) * cos(TURN * next());
      return max(-4, min(4, value));
    },
  };
}
