import type { Quote } from '../market/quote.ts';
import type { Fitness } from './fit.ts';
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
  /** What that quote is worth to trade on. */
  readonly fitness: Fitness;
  /** Quotes of the other positions, for the day's loss. */
  readonly quoteOf: (symbol: string) => Quote | undefined;
  /** Of the exchange, `2026-01-05`. */
  readonly today: string;
}
