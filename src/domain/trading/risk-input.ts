import type { Decimal } from '../../lib/decimal.ts';
import type { TradingCode } from '../../protocol/errors.ts';
import type { Quote } from '../market/quote.ts';
import type { OrderIntent } from './order.ts';
import type { PlaceFacts } from './placement.ts';

/** An order and what is known when it is judged. */
export interface RiskInput {
  readonly order: OrderIntent;
  readonly facts: PlaceFacts;
  /** Whether the symbol can be traded here. */
  readonly known: boolean;
  readonly open: boolean;
  readonly quote: Quote | undefined;
  /** Whether that quote may be traded on. */
  readonly fresh: boolean;
  /** Quotes of the other positions, for the day's loss. */
  readonly quoteOf: (symbol: string) => Quote | undefined;
  /** False for a symbol that this market does not have, and so never will have a quote for. */
  readonly mayExist: (symbol: string) => boolean;
  /** Of the exchange, `2026-01-05`. */
  readonly today: string;
}

export interface Refusal {
  readonly code: TradingCode;
  /** For the user. */
  readonly message: string;
  /** What was compared, for the log. */
  readonly numbers: Readonly<Record<string, string>>;
}

export const refuse = (
  code: TradingCode,
  message: string,
  numbers: Readonly<Record<string, string | number | Decimal>> = {},
): Refusal => ({
  code,
  message,
  numbers: Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, String(value)])),
});
