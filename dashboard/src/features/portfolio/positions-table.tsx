import { memo } from 'react';
import type { PositionPayload } from '../../../../src/protocol/payloads.ts';
import { Change } from '../../components/change.tsx';
import { Message } from '../../components/message.tsx';
import { useDesk } from '../../desk-context.tsx';
import { money, price, quantity, signedMoney, signedPercent, UNKNOWN } from '../../lib/format.ts';

const HEAD = 'px-2 py-2 text-right font-medium whitespace-nowrap';
const CELL = 'px-2 py-2 text-right whitespace-nowrap';

const PositionRow = memo(function PositionRow({ position }: { position: PositionPayload }) {
  const { view } = useDesk();
  const { symbol, unrealizedPnl, unrealizedPnlPercent, dayChange } = position;
  const unpriced = position.priced === false;
  return (
    <tr className="border-line border-t hover:bg-raised">
      <th scope="row" className="py-2 pr-2 pl-4 text-left font-normal">
        <button type="button" className="font-semibold hover:underline" onClick={() => view.open(symbol)}>
          {symbol}
        </button>
        <span className="block text-muted text-xs @2xl:hidden">
          {quantity(position.quantity)} at {price(position.averagePrice)}
        </span>
      </th>
      <td className={`${CELL} @max-2xl:hidden`}>{quantity(position.quantity)}</td>
      <td className={`${CELL} @max-2xl:hidden`}>{price(position.averagePrice)}</td>
      <td className={`${CELL} @max-lg:hidden`}>{unpriced ? UNKNOWN : price(position.price)}</td>
      <td className={CELL}>
        {money(position.marketValue)}
        {unpriced ? <span className="block text-muted text-xs">at cost, no quote</span> : null}
      </td>
      <td className={`${CELL} @max-xl:hidden`}>
        <Change value={unpriced ? null : dayChange}>{signedMoney(dayChange)}</Change>
      </td>
      <td className={`${CELL} pr-4`}>
        <Change value={unpriced ? null : unrealizedPnl}>{signedMoney(unrealizedPnl)}</Change>
        {unpriced ? null : (
          <span className="block text-muted text-xs">{signedPercent(unrealizedPnlPercent)}</span>
        )}
      </td>
    </tr>
  );
});

/** Open positions. Narrow panels fold quantity and average price under the symbol. */
export function PositionsTable({ positions }: { positions: readonly PositionPayload[] }) {
  if (positions.length === 0) {
    return (
      <div className="border-line border-t">
        <Message title="No positions">Buy something and it appears here.</Message>
      </div>
    );
  }
  return (
    <table className="w-full border-line border-t">
      <caption className="sr-only">Positions</caption>
      <thead className="text-muted text-xs">
        <tr>
          <th scope="col" className="py-2 pr-2 pl-4 text-left font-medium">
            Symbol
          </th>
          <th scope="col" className={`${HEAD} @max-2xl:hidden`}>
            Quantity
          </th>
          <th scope="col" className={`${HEAD} @max-2xl:hidden`}>
            Average price
          </th>
          <th scope="col" className={`${HEAD} @max-lg:hidden`}>
            Price
          </th>
          <th scope="col" className={HEAD}>
            Market value
          </th>
          <th scope="col" className={`${HEAD} @max-xl:hidden`}>
            Today
          </th>
          <th scope="col" className={`${HEAD} pr-4`}>
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
