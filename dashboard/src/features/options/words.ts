/** What the Options page says of a contract and its numbers. */
import type { NoGreeksReason, OptionPayload } from '../../../../src/protocol/options.ts';
import { textFor } from '../../lib/words.ts';
import type { OptionSide } from '../../stores/chain-choices.ts';

export const SIDES: Readonly<Record<OptionSide, { readonly one: string; readonly many: string }>> = {
  call: { one: 'Call', many: 'Calls' },
  put: { one: 'Put', many: 'Puts' },
};

const NO_GREEKS: Record<NoGreeksReason, string> = {
  expired: 'the contract has expired',
  'no-underlying': 'the underlying has no price',
  'no-quote': 'the contract has no quote with both sides, or one too wide',
  adjusted: 'the contract was adjusted and delivers something else than its underlying',
  'below-intrinsic': 'its price is at or below what exercise brings',
  'above-bound': 'its price is above what any volatility gives',
  'out-of-range': 'its price needs a volatility outside of the search',
};

/** Why a contract has no volatility and no greeks. */
export const noGreeksReason = ({ noGreeks }: OptionPayload): string =>
  noGreeks === undefined
    ? 'The source does not report it'
    : `Not computable: ${textFor(NO_GREEKS, noGreeks)}`;

/** Who computed volatility and greeks: a word for titles, a letter for cells. */
export const GREEKS_SOURCES = {
  vendor: { letter: 'V', sentence: 'From the data provider' },
  model: { letter: 'M', sentence: 'From our model, a European approximation' },
} as const;
