/** Whole numbers above 0, kept without an object for each. */
export interface NumberSet {
  has(key: number): boolean;
  /** At most `capacity` keys may be added. */
  add(key: number): void;
  size(): number;
}

/** Twice as many slots as keys: a look-up ends after one or two. */
const SLOTS_PER_KEY = 2;

/** `capacity` is a power of two. */
export function createNumberSet(capacity: number): NumberSet {
  const slots = new Float64Array(SLOTS_PER_KEY * capacity);
  const mask = slots.length - 1;
  let size = 0;

  /** Where the key is, or the free place for it. */
  const slotOf = (key: number): number => {
    const high = (key / 2 ** 32) >>> 0;
    const mixed = Math.imul((key >>> 0) ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b);
    let slot = (mixed ^ (mixed >>> 15)) & mask;
    while (slots[slot] !== 0 && slots[slot] !== key) slot = (slot + 1) & mask;
    return slot;
  };

  return {
    has: (key) => slots[slotOf(key)] === key,
    add(key) {
      const slot = slotOf(key);
      if (slots[slot] === key) return;
      slots[slot] = key;
      size += 1;
    },
    size: () => size,
  };
}
