import { Change } from '../../components/change.tsx';
import { StaleAge } from '../../components/stale-age.tsx';
import { useLatest } from '../../hooks/use-topic.ts';
import { compact, price, signedPercent, signedPrice } from '../../lib/format.ts';

/** The last price and the day's figures; grey with their age where they are not the present ones. */
export function QuoteLine({ symbol }: { symbol: string }) {
  const quote = useLatest('quote', symbol);
  const change = quote?.previousClose === undefined ? null : quote.change;
  const stale = quote?.state === 'stale';
  const figures = [
    ['Open', price(quote?.open)],
    ['High', price(quote?.high)],
    ['Low', price(quote?.low)],
    ['Prev. close', price(quote?.previousClose)],
    ['Volume', compact(quote?.volume)],
  ] as const;
  return (
    <div className={`flex flex-wrap items-end justify-between gap-x-6 gap-y-2 ${stale ? 'not-live' : ''}`}>
      <p className="flex flex-wrap items-baseline gap-x-3">
        <span className="font-semibold text-2xl tracking-tight">{price(quote?.price)}</span>
        <Change value={change} className="font-medium">
          {change === null
            ? signedPrice(null, null)
            : `${signedPrice(change, quote?.price)} (${signedPercent(quote?.changePercent)})`}
        </Change>
        {stale ? <StaleAge timestamp={quote.timestamp} /> : null}
        {quote?.state === 'closed' ? <span className="text-muted text-xs">at close</span> : null}
      </p>
      <dl className="flex flex-wrap gap-x-5 gap-y-1">
        {figures.map(([label, value]) => (
          <div key={label}>
            <dt className="text-muted text-xs">{label}</dt>
            <dd className="font-medium">{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
