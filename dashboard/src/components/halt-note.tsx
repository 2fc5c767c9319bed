import type { QuotePayload } from '../../../src/protocol/quotes.ts';

/** That the exchange has halted the symbol: its price does not move, and nothing trades. */
export function HaltNote({
  quote,
  className = '',
}: {
  quote: Pick<QuotePayload, 'halted'> | undefined;
  className?: string;
}) {
  if (!quote?.halted) return null;
  return <span className={`font-medium text-warn text-xs ${className}`}>Halted</span>;
}
