import { AsOf } from '../../components/as-of.tsx';
import { Panel } from '../../components/panel.tsx';
import { type MarketDatum, useMarketData } from '../../hooks/use-market-data.ts';
import { quantity } from '../../lib/format.ts';
import { PriceAndChange } from './price-and-change.tsx';

const SYMBOLS = ['AAPL', 'TSLA', 'NVDA'];

function Card({ symbol, data }: MarketDatum) {
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
          <p className="text-muted">Waiting for data...</p>
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
