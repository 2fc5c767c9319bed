import { Change } from '../../components/change.tsx';
import { barLabel } from '../../lib/bar-labels.ts';
import { averagePrice, compact, price, quantity, signedPercent, signedPrice } from '../../lib/format.ts';
import { LINES, lineName, type Picture } from './picture.ts';

interface FigureProps {
  readonly label: string;
  readonly value: string;
  /** Characters that the figure has room for: figures beside it stay where they are. */
  readonly room?: string;
}

function Figure({ label, value, room = 'min-w-[7ch]' }: FigureProps) {
  return (
    <span className="whitespace-nowrap">
      <span className="text-muted">{label} </span>
      <span className={`inline-block ${room}`}>{value}</span>
    </span>
  );
}

/** The figures of one bar: the one under the crosshair, else the newest. */
export function ChartLegend({ picture, index }: { picture: Picture; index: number }) {
  const bar = picture.bars[index];
  const before = picture.bars[index - 1];
  const change = bar && before ? bar.close - before.close : null;
  const percent = change === null || !before ? null : (change / before.close) * 100;
  return (
    <p className="flex min-h-20 @lg:min-h-15 @4xl:min-h-10 flex-wrap content-start items-baseline gap-x-3 text-xs">
      <span className="min-w-[25ch] font-medium">{bar ? barLabel(bar.time, picture.size) : '–'}</span>
      <Figure label="O" value={price(bar?.open, picture.symbol)} />
      <Figure label="H" value={price(bar?.high, picture.symbol)} />
      <Figure label="L" value={price(bar?.low, picture.symbol)} />
      <Figure label="C" value={price(bar?.close, picture.symbol)} />
      <Change className="inline-block min-w-[18ch]">
        {`${signedPrice(change, bar?.close, picture.symbol)} (${signedPercent(percent)})`}
      </Change>
      <Figure label="Vol" value={compact(bar?.volume)} room="min-w-[6ch]" />
      {picture.trades
        .filter(({ time }) => time === bar?.time)
        .map(({ side, quantity: size, price: paid }) => (
          <Figure
            key={side}
            label={side === 'buy' ? 'Bought' : 'Sold'}
            value={`${quantity(size)} at ${averagePrice(paid, picture.symbol)}`}
          />
        ))}
      {LINES.map((name) => {
        const line = picture.lines[name];
        return line ? (
          <Figure key={name} label={lineName(name, picture)} value={price(line[index], picture.symbol)} />
        ) : null;
      })}
    </p>
  );
}
