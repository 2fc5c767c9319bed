import type { QuotePayload } from '../../../../src/protocol/quotes.ts';
import { Change } from '../../components/change.tsx';
import { price, signedPercent } from '../../lib/format.ts';

/** A price in large, and its change against the previous close. */
export function PriceAndChange({ quote }: { quote: QuotePayload }) {
  // A change of zero without a previous close is unknown, not none.
  const changePercent = quote.previousClose === undefined ? undefined : quote.changePercent;
  return (
    <p className="flex flex-wrap items-baseline gap-x-3">
      <span className="font-semibold">{quote.symbol}</span>
      <span className="text-2xl tabular-nums">${price(quote.price, quote.symbol)}</span>
      <Change>{signedPercent(changePercent)}</Change>
    </p>
  );
}
