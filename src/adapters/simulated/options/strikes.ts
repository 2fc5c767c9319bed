import type { SimulatedInstrument } from '../universe.ts';

/** Strikes of an index fund are a dollar apart, whatever its price. */
const DOLLAR_STEPS: ReadonlySet<string> = new Set(['SPY', 'QQQ', 'IWM', 'DIA', 'GLD', 'TLT']);
/** Dollars between two strikes, by the price of the underlying. */
const STEPS: readonly (readonly [below: number, step: number])[] = [
  [25, 0.5],
  [100, 1],
  [250, 2.5],
  [600, 5],
];
const LARGEST_STEP = 10;
/** Far from the money only each fifth strike is listed. */
const FAR_STEPS = 5;
/** Strikes on each side of the money at every step, and the far ones after them. */
const NEAR = 20;
const FAR = 8;
/** A contract exists up to this many times the price, and down to that part of it. */
const WIDEST = 3;

/** By the price of the universe, which does not move: a strike stays on the grid for good. */
const stepOf = ({ symbol, price }: SimulatedInstrument): number =>
  DOLLAR_STEPS.has(symbol) ? 1 : (STEPS.find(([below]) => price < below)?.[1] ?? LARGEST_STEP);

/** The strikes listed for a day that begins at `spot`, dollars, ascending. */
export function strikesAround(instrument: SimulatedInstrument, spot: number): number[] {
  const step = stepOf(instrument);
  const money = Math.round(spot / step);
  const numbers = new Set<number>();
  for (let number = money - NEAR; number <= money + NEAR; number++) numbers.add(number);
  const middle = Math.round(money / FAR_STEPS) * FAR_STEPS;
  const reach = NEAR / FAR_STEPS + FAR;
  for (let far = -reach; far <= reach; far++) numbers.add(middle + far * FAR_STEPS);
  return [...numbers]
    .map((number) => number * step)
    .filter((strike) => isStrike(instrument, strike))
    .sort((a, b) => a - b);
}

/** Whether contracts with this strike exist. */
export function isStrike(instrument: SimulatedInstrument, strike: number): boolean {
  const { price } = instrument;
  const isOnGrid = Number.isInteger(strike / stepOf(instrument));
  return isOnGrid && strike >= price / WIDEST && strike <= price * WIDEST;
}

/** A strike at which more is held than at its neighbours: a round one. */
export function roundness(instrument: SimulatedInstrument, strike: number): number {
  const number = strike / stepOf(instrument);
  if (number % 10 === 0) return 3;
  return number % 5 === 0 ? 2 : 1;
}
