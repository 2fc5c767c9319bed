import { memo } from 'react';
import { useStore } from 'zustand';
import type { PositionPayload } from '../../../../src/protocol/portfolio.ts';
import { parseSymbol } from '../../../../src/protocol/symbol.ts';
import { Change } from '../../components/change.tsx';
import { Message } from '../../components/message.tsx';
import { StaleAge } from '../../components/stale-age.tsx';
import { useNow } from '../../hooks/use-now.ts';
import { useOpenSymbol } from '../../hooks/use-symbol-view.ts';
import { useDesk } from '../../hooks/websocket-context.tsx';
import {
  averagePrice,
  money,
  oldness,
  price,
  quantity,
  signedMoney,
  signedPercent,
  UNKNOWN,
} from '../../lib/format.ts';
import { instrumentWords } from '../../lib/instrument-words.ts';

const MINUTE_MS = 60_000;
const HEAD = 'px-1.5 py-2 text-right font-medium';
/** Numbers wider than their column break: nothing is cut off and no column moves. */
const CELL = 'px-1.5 py-2 text-right break-all [&_span]:whitespace-normal';

function Profit({ position }: { position: PositionPayload }) {
  const { unrealizedPnl, unrealizedPnlPercent, averagePrice: paid, priced, costKnown } = position;
  if (priced === false || costKnown === false) return <Change>{UNKNOWN}</Change>;
  return (
    <>
      <Change>{signedMoney(unrealizedPnl)}</Change>
      <span className="block text-muted text-xs">
        {signedPercent(paid === 0 ? null : unrealizedPnlPercent)}
      </span>
    </>
  );
}

/** What a value rests on where it is not a quote. */
function MarkNote({ position: { mark, markedAt, priced } }: { position: PositionPayload }) {
  const now = useNow(MINUTE_MS);
  const note =
    mark === 'last-known' && markedAt !== undefined
      ? `last known price, ${oldness(markedAt, now)}`
      : mark === 'unknown'
        ? 'value not reported'
        : priced === false
          ? 'at cost, no quote'
          : null;
  return note === null ? null : <span className="block break-normal text-muted text-xs">{note}</span>;
}

const PositionRow = memo(function PositionRow({ position }: { position: PositionPayload }) {
  const { states } = useDesk();
  const open = useOpenSymbol();
  const { symbol, dayChange } = position;
  const staleSince = useStore(states.quote, ({ bySubject }) => {
    const quote = bySubject[symbol];
    return quote?.state === 'stale' ? quote.timestamp : null;
  });
  const unpriced = position.priced === false;
  const shares =
    position.quantity < 0 ? `${quantity(-position.quantity)} short` : quantity(position.quantity);
  const isPaidKnown = position.costKnown !== false || position.averagePrice !== 0;
  const paid = averagePrice(isPaidKnown ? position.averagePrice : null, symbol);
  return (
    <tr className={`border-line border-t hover:bg-raised ${staleSince === null ? '' : 'not-live'}`}>
      <th scope="row" className="py-2 pr-2 pl-4 text-left font-normal">
        {parseSymbol(symbol) ? (
          <button
            type="button"
            className="text-left font-semibold hover:underline"
            onClick={() => open(symbol)}
          >
            {instrumentWords(symbol)}
          </button>
        ) : (
          <span className="break-words font-semibold">{symbol}</span>
        )}
        <span className="block text-muted text-xs @3xl:hidden">
          {shares} at {paid}
        </span>
        {staleSince === null ? null : <StaleAge timestamp={staleSince} className="block" />}
      </th>
      <td className={`${CELL} @max-3xl:hidden`}>{shares}</td>
      <td className={`${CELL} @max-3xl:hidden`}>{paid}</td>
      <td className={`${CELL} @max-lg:hidden`}>{unpriced ? UNKNOWN : price(position.price, symbol)}</td>
      <td className={`${CELL} @max-lg:pr-4`}>
        {money(position.mark === 'unknown' ? null : position.marketValue)}
        <MarkNote position={position} />
        {unpriced ? null : (
          <span className="block @lg:hidden">
            <Profit position={position} />
          </span>
        )}
      </td>
      <td className={`${CELL} @max-xl:hidden`}>
        <Change>{signedMoney(unpriced ? null : dayChange)}</Change>
      </td>
      <td className={`${CELL} pr-4 @max-lg:hidden`}>
        <Profit position={position} />
      </td>
    </tr>
  );
});

/** Open positions. Narrow panels fold quantity and average price under the symbol, and the profit under the value. */
export function PositionsTable({ positions }: { positions: readonly PositionPayload[] }) {
  if (positions.length === 0) {
    return (
      <div className="border-line border-t">
        <Message title="No positions">Buy something and it appears here.</Message>
      </div>
    );
  }
  return (
    <table className="w-full table-fixed border-line border-t">
      <caption className="sr-only">Positions</caption>
      <thead className="text-muted text-xs">
        <tr>
          <th
            scope="col"
            className="w-[24%] py-2 pr-2 pl-4 text-left font-medium @3xl:w-[16%] @max-lg:w-[45%]"
          >
            Symbol
          </th>
          <th scope="col" className={`${HEAD} w-[9%] @max-3xl:hidden`}>
            Quantity
          </th>
          <th scope="col" className={`${HEAD} w-[12.5%] @max-3xl:hidden`}>
            Avg. price
          </th>
          <th scope="col" className={`${HEAD} w-[12.5%] @max-3xl:w-[14.5%] @max-lg:hidden`}>
            Price
          </th>
          <th scope="col" className={`${HEAD} w-[17%] @max-lg:w-[55%] @max-lg:pr-4`}>
            Market value<span className="@lg:hidden">, P&amp;L</span>
          </th>
          <th scope="col" className={`${HEAD} w-[15.5%] @max-3xl:w-[16.5%] @max-xl:hidden`}>
            Today
          </th>
          <th scope="col" className={`${HEAD} w-[17.5%] pr-4 @max-3xl:w-[18.5%] @max-lg:hidden`}>
            Unrealised P&amp;L
          </th>
        </tr>
      </thead>
      <tbody>
        {positions.map((position) => (
          <PositionRow key={position.symbol} position={position} />
        ))}
      </tbody>
    </table>
  );
}
