/** Option chains as the server answers with them. */
import type { ChainPayload, ExpirationPayload, OptionPayload } from '../../../src/protocol/options.ts';

export const EXPIRATIONS: readonly ExpirationPayload[] = [
  { expiry: '2026-11-20', daysLeft: 0, contracts: 22 },
  { expiry: '2026-11-27', daysLeft: 7, contracts: 22 },
  { expiry: '2026-12-18', daysLeft: 28, contracts: 22 },
];

export const SPOT = 650.4;

export const contractId = (
  underlying: string,
  expiry: string,
  type: 'call' | 'put',
  strike: number,
): string =>
  `O:${underlying}${expiry.slice(2).replaceAll('-', '')}${type === 'call' ? 'C' : 'P'}${String(Math.round(strike * 1_000)).padStart(8, '0')}`;

/** A contract that is priced by its distance from the money. */
export function contractOf(
  strike: number,
  type: 'call' | 'put',
  part: Partial<OptionPayload> = {},
): OptionPayload {
  const { underlying = 'SPY', expiry = '2026-11-20' } = part;
  const inside = Math.max(0, type === 'call' ? SPOT - strike : strike - SPOT);
  const price = Math.round((inside + 2 + Math.exp(-Math.abs(strike - SPOT) / 20)) * 100) / 100;
  return {
    contractId: contractId(underlying, expiry, type, strike),
    underlying,
    expiry,
    strike,
    type,
    multiplier: 100,
    price,
    open: price,
    change: 0.15,
    changePercent: 2.5,
    previousClose: Math.round((price - 0.15) * 100) / 100,
    volume: 1_200,
    bid: Math.round((price - 0.05) * 100) / 100,
    ask: Math.round((price + 0.05) * 100) / 100,
    openInterest: 4_000 - Math.round(Math.abs(strike - SPOT)) * 10,
    impliedVolatility: 0.18 + Math.abs(strike - SPOT) / 2_000,
    delta: type === 'call' ? 0.52 : -0.48,
    gamma: 0.0123,
    theta: -0.212,
    vega: 0.314,
    greeksSource: 'model',
    timestamp: '2026-11-20T14:59:58.000Z',
    state: 'simulated',
    ...part,
  };
}

/** Strikes around the money, a dollar apart. */
export function chainOf(
  expiry: string,
  {
    underlying = 'SPY',
    strikes = 11,
    part = {},
  }: { underlying?: string; strikes?: number; part?: Partial<OptionPayload> } = {},
): ChainPayload {
  const first = Math.round(SPOT) - Math.floor(strikes / 2);
  return {
    underlying: { symbol: underlying, price: SPOT, state: 'simulated' },
    expiry,
    contracts: Array.from({ length: strikes }, (_, index) => first + index).flatMap((strike) =>
      (['call', 'put'] as const).map((type) => contractOf(strike, type, { underlying, expiry, ...part })),
    ),
    partial: false,
    asOf: '2026-11-20T15:00:00.000Z',
  };
}
