/** Lean's letters and flags as the upstream's numbers. */

/** Lean's exchange letters → Massive's exchange ids. */
export const EXCHANGES: Readonly<Record<string, number>> = {
  A: 1,
  B: 2,
  C: 3,
  D: 4,
  I: 6,
  J: 7,
  K: 8,
  M: 9,
  N: 10,
  P: 11,
  Q: 12,
  T: 12,
  W: 16,
  X: 17,
  Y: 18,
  Z: 19,
};

/** Listing tape: 1 NYSE, 2 Arca. */
export const TAPES: Readonly<Record<string, number>> = { SPY: 2, BAC: 1, IBM: 1, AIG: 1 };

/** Lean's condition flags → Massive's sale condition ids; flag 1 is a regular sale and has none. */
const CONDITIONS: readonly (readonly [flag: number, condition: number])[] = [
  [0x2, 7], // cash
  [0x4, 20], // next day
  [0x8, 29], // seller
  [0x10, 36], // yellow flag
  [0x20, 14], // intermarket sweep
  [0x40, 25], // opening print
  [0x80, 8], // closing print
  [0x100, 28], // reopening print
  [0x200, 10], // derivatively priced
  [0x400, 12], // form T
  [0x800, 30], // sold
  [0x1000, 27], // stopped
  [0x2000, 12], // extended hours
  [0x4000, 33], // out of sequence
  [0x8000, 34], // split
  [0x10000, 1], // acquisition
  [0x20000, 4], // bunched
  [0x40000, 52], // stock option: reported as contingent
  [0x80000, 11], // distribution
  [0x100000, 2], // average price
  [0x200000, 9], // cross
  [0x400000, 21], // price variation
  [0x800000, 23], // rule 155
  [0x1000000, 15], // official close
  [0x2000000, 22], // prior reference price
  [0x4000000, 16], // official open
  [0x8000000, 6], // CAP election
  [0x10000000, 3], // automatic execution
  [0x20000000, 41], // trade-through exempt
  [0x80000000, 37], // odd lot
];
const FORM_T = 12;
const OUT_OF_SEQUENCE = 33;
const EXTENDED_OUT_OF_SEQUENCE = 13;

const conditionsCache = new Map<string, readonly number[]>();

/** The hexadecimal flags of one Lean tick as Massive's condition ids; empty for a regular sale. */
export function flagsToConditions(hex: string): readonly number[] {
  let conditions = conditionsCache.get(hex);
  if (!conditions) {
    const flags = Number.parseInt(hex, 16);
    const found = CONDITIONS.filter(([flag]) => (flags & flag) !== 0).map(([, condition]) => condition);
    conditions =
      found.includes(FORM_T) && found.includes(OUT_OF_SEQUENCE)
        ? [EXTENDED_OUT_OF_SEQUENCE, ...found.filter((id) => id !== FORM_T && id !== OUT_OF_SEQUENCE)]
        : found;
    conditionsCache.set(hex, conditions);
  }
  return conditions;
}
