import { memo } from 'react';
import { isContract } from '../../../../src/protocol/symbol.ts';
import { Change } from '../../components/change.tsx';
import { HaltNote } from '../../components/halt-note.tsx';
import { CloseIcon } from '../../components/icons.tsx';
import { StaleAge } from '../../components/stale-age.tsx';
import { StateNote } from '../../components/state-note.tsx';
import { useSharedStores } from '../../hooks/shared-stores.tsx';
import { useExpired } from '../../hooks/use-expired.ts';
import { useFlash } from '../../hooks/use-flash.ts';
import { useFocusHeir } from '../../hooks/use-focus-heir.ts';
import { usePresent } from '../../hooks/use-present.ts';
import { useIsSelected, useOpenSymbol } from '../../hooks/use-symbol-view.ts';
import { directionOf, price, signedPercent, signedPrice } from '../../lib/format.ts';
import { instrumentWords, shortName } from '../../lib/instrument-words.ts';
import { Sparkline } from './sparkline.tsx';

/** Characters of a price that fit its column in letters of the usual size; 712,345.67 of BRK.A has ten. */
const ROOMY = 9;

export const WatchlistRow = memo(function WatchlistRow({ symbol }: { symbol: string }) {
  const { watchlist } = useSharedStores();
  const open = useOpenSymbol();
  const { present: quote, quote: stock, option } = usePresent(symbol);
  const expired = useExpired(symbol, option);
  const { root, terms } = shortName(symbol);
  const selected = useIsSelected(symbol);
  const removeButton = useFocusHeir();
  const flash = useFlash<HTMLSpanElement>(quote?.price);
  const shown = price(quote?.price, symbol);
  const stale = quote?.state === 'stale';
  // The wire says 0 while no previous close is known; that is not "unchanged".
  const change = quote?.previousClose === undefined ? null : quote.change;
  const changePercent = signedPercent(change === null ? null : quote?.changePercent);

  return (
    <tr
      aria-current={selected || undefined}
      className={`relative h-12 border-line border-t ${selected ? 'bg-accent-soft' : 'hover:bg-raised'} ${stale ? 'not-live' : ''}`}
    >
      <th
        scope="row"
        colSpan={isContract(symbol) ? 2 : 1}
        className="pr-2 pl-3 text-left font-normal sm:pl-4"
      >
        <button
          type="button"
          className="py-2 text-left font-semibold after:absolute after:inset-0 hover:underline"
          onClick={() => open(symbol)}
        >
          {root}
          {terms === null ? null : <span className="block font-normal text-muted text-xs"> {terms}</span>}
        </button>
      </th>
      {isContract(symbol) ? null : (
        <td className="px-1 @max-xs:invisible @max-xs:p-0">
          <Sparkline symbol={symbol} direction={stale ? 'none' : directionOf(changePercent)} />
        </td>
      )}
      <td className="px-1 text-right font-medium">
        <span ref={flash} className={`rounded px-1 py-0.5 ${shown.length > ROOMY ? 'text-xs' : ''}`}>
          {shown}
        </span>
        <HaltNote quote={stock} className="block px-1" />
        {quote && stale ? <StaleAge timestamp={quote.timestamp} className="block px-1" /> : null}
        {expired ? (
          <span className="block px-1 text-muted text-xs">expired</span>
        ) : (
          <StateNote state={quote?.state} className="block px-1" />
        )}
      </td>
      <td className="px-2 text-right">
        <Change>{changePercent}</Change>
        <span className="block text-muted text-xs">
          {change === null ? '' : signedPrice(change, quote?.price, symbol)}
        </span>
      </td>
      <td className="pr-1.5 text-right">
        <button
          ref={removeButton}
          type="button"
          aria-label={`Remove ${instrumentWords(symbol)} from the watchlist`}
          onClick={() => watchlist.remove(symbol)}
          className="relative rounded p-2 text-muted hover:bg-raised hover:text-ink"
        >
          <CloseIcon className="size-3.5" />
        </button>
      </td>
    </tr>
  );
});
