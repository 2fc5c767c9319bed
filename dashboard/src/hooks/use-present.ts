import type { OptionPayload } from '../../../src/protocol/options.ts';
import type { QuotePayload } from '../../../src/protocol/quotes.ts';
import { isContract } from '../../../src/protocol/symbol.ts';
import type { Shown } from '../stores/keyed.ts';
import { useLatest, useSubjects } from './use-topic.ts';

/** Keeps the updates of a contract coming while mounted; the order ticket does so for a stock. */
export function useContract(symbol: string): void {
  useSubjects('option', isContract(symbol) ? [symbol] : []);
}

/** The latest that is here of a stock or a contract; subscribes to nothing. */
export function usePresent(symbol: string): {
  readonly quote: Shown<QuotePayload> | undefined;
  readonly option: Shown<OptionPayload> | undefined;
  /** Whichever of them it is. */
  readonly present: Shown<QuotePayload> | Shown<OptionPayload> | undefined;
} {
  const contract = isContract(symbol);
  const quote = useLatest('quote', contract ? null : symbol);
  const option = useLatest('option', contract ? symbol : null);
  return { quote, option, present: option ?? quote };
}
