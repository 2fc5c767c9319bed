import { useState } from 'react';
import type { MarketQuotePayload } from '../../../../src/protocol/market.ts';
import { Button } from '../../components/button.tsx';
import { Panel } from '../../components/panel.tsx';
import { useDesk } from '../../hooks/websocket-context.tsx';
import { quantity } from '../../lib/format.ts';
import { PriceAndChange } from './price-and-change.tsx';

const SYMBOL = 'AAPL';
const PATH = `/api/market/quote/${SYMBOL}`;

type Result =
  | { readonly status: 'none' | 'asking' }
  | { readonly status: 'answered'; readonly quote: MarketQuotePayload }
  | { readonly status: 'failed'; readonly sentence: string };

/** One request to the market's route, and what it answers. */
export function FetchQuote() {
  const { api } = useDesk();
  const [result, setResult] = useState<Result>({ status: 'none' });
  const asking = result.status === 'asking';

  async function fetchQuote() {
    if (asking) return;
    setResult({ status: 'asking' });
    try {
      setResult({ status: 'answered', quote: await api.marketQuote(SYMBOL) });
    } catch (error) {
      setResult({ status: 'failed', sentence: (error as Error).message });
    }
  }

  return (
    <Panel
      id="test-rest"
      title="REST API"
      aside={
        <Button aria-disabled={asking} onClick={() => void fetchQuote()}>
          Fetch Quote
        </Button>
      }
    >
      <div aria-live="polite" className="flex min-h-20 flex-col gap-1 px-3 py-3 sm:px-4">
        {result.status === 'none' ? <p className="text-muted">Asks GET {PATH}.</p> : null}
        {asking ? <p className="text-muted">Loading…</p> : null}
        {result.status === 'failed' ? <p role="alert">{result.sentence}</p> : null}
        {result.status === 'answered' ? (
          <>
            <PriceAndChange quote={result.quote} />
            <p className="text-muted">
              Volume {quantity(result.quote.volume)} · {result.quote.source}, {result.quote.state}
            </p>
          </>
        ) : null}
      </div>
    </Panel>
  );
}
