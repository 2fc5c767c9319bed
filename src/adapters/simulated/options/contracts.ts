import type { ContractTerms } from '../../../domain/options/chains.ts';
import { newYorkDate } from '../../../protocol/new-york.ts';
import { contractSymbol, multiplierOf, parseSymbol } from '../../../protocol/symbol.ts';
import { type SimulatedInstrument, UNIVERSE } from '../universe.ts';
import { expiriesOf } from './expiries.ts';
import { isStrike, strikesAround } from './strikes.ts';

/** A contract of the simulated market. */
export interface SimulatedContract extends ContractTerms {
  readonly instrument: SimulatedInstrument;
}

const RIGHTS = ['call', 'put'] as const;

/** Contracts have no dot: those of BRK.B are BRKB. */
const rootOf = ({ symbol }: SimulatedInstrument): string => symbol.replace('.', '');
const byRoot = new Map(UNIVERSE.map((instrument) => [rootOf(instrument), instrument]));
const bySymbol = new Map(UNIVERSE.map((instrument) => [instrument.symbol, instrument]));

export const underlyingOf = (symbol: string): SimulatedInstrument | undefined => bySymbol.get(symbol);

const build = (
  instrument: SimulatedInstrument,
  expiry: string,
  strike: number,
  right: ContractTerms['right'],
): SimulatedContract => {
  const symbol = contractSymbol({ root: rootOf(instrument), expiry, right, strike });
  return {
    instrument,
    symbol,
    underlying: instrument.symbol,
    expiry,
    strike,
    right,
    multiplier: multiplierOf(symbol),
    style: 'american',
  };
};

/** Null where there is no such contract, or no longer at `now`. */
export function contractOf(symbol: string, now: number): SimulatedContract | null {
  const parsed = parseSymbol(symbol);
  if (parsed?.kind !== 'option') return null;
  const { root, expiry, strike, right } = parsed;
  const instrument = byRoot.get(root);
  if (!instrument || !isStrike(instrument, strike)) return null;
  if (!expiriesOf(instrument.symbol, newYorkDate(now), now).includes(expiry)) return null;
  return build(instrument, expiry, strike, right);
}

/** The contracts listed for a day that begins at `spot`, by strike, the call before the put. */
export const contractsOf = (
  instrument: SimulatedInstrument,
  expiry: string,
  spot: number,
): SimulatedContract[] =>
  strikesAround(instrument, spot).flatMap((strike) =>
    RIGHTS.map((right) => build(instrument, expiry, strike, right)),
  );
