import { useEffect, useState } from 'react';
import { type ErrorCode, TradecastError } from '../../../../src/protocol/errors.ts';
import { AsOf } from '../../components/as-of.tsx';
import { Panel } from '../../components/panel.tsx';
import { type MarketDatum, useMarketData } from '../../hooks/use-market-data.ts';
import { useDesk } from '../../hooks/websocket-context.tsx';
import { quantity } from '../../lib/format.ts';
import { PriceAndChange } from './price-and-change.tsx';

/** Answers that waiting does not change. */
const REFUSALS: readonly ErrorCode[] = ['UNKNOWN_SYMBOL', 'UNSUPPORTED_INSTRUMENT', 'NOT_IN_PLAN'];
const SYMBOLS = ['AAPL', 'TSLA', 'NVDA'];

/**
 * Why a quote will not come: a market may lack the symbol, and a subscription is then confirmed all the same. Null as
 * long as one may come.
 */
function useRefusal({ symbol, data }: MarketDatum): string | null {
  const { api } = useDesk();
  const [refusal, setRefusal] = useState<string | null>(null);
  const waits = data === undefined;
  useEffect(() => {
    if (!waits) return;
    let current = true;
    api.marketQuote(symbol).then(
      () => {},
      (error: unknown) => {
        if (current && error instanceof TradecastError && REFUSALS.includes(error.code))
          setRefusal(error.message);
      },
    );
    return () => {
      current = false;
    };
  }, [api, symbol, waits]);
  return waits ? refusal : null;
}

function Card(datum: MarketDatum) {
  const { symbol, data } = datum;
  const refusal = useRefusal(datum);
  return (
    <li className="min-h-24 rounded-md border border-line p-3">
      {data ? (
        <>
          <PriceAndChange quote={data} />
          <p className="text-muted text-sm">Volume {quantity(data.volume)}</p>
          <p className="text-muted text-sm">{data.state}</p>
          <AsOf receivedAt={data.receivedAt} />
        </>
      ) : (
        <>
          <p className="font-semibold">{symbol}</p>
          <p className="text-muted">{refusal ?? 'Waiting for data...'}</p>
        </>
      )}
    </li>
  );
}

/** Quotes as the connection pushes them. */
export function LiveCards() {
  const { quotes } = useMarketData(SYMBOLS);
  return (
    <Panel id="test-live" title="Real-time quotes">
      <ul className="grid gap-3 p-3 @lg:grid-cols-3 sm:px-4">
        {quotes.map((datum) => (
          <Card key={datum.symbol} {...datum} />
        ))}
      </ul>
    </Panel>
  );
}
