import { type ReactNode, useState } from 'react';

export const WIDTH = 600;
export const HEIGHT = 160;
/** Keeps half of a line's width inside. */
const INSET = 2;

/** Of a unit square, in the units of the drawing. */
export const drawnX = (x: number): number => Math.round(x * WIDTH * 10) / 10;
export const drawnY = (y: number): number => Math.round((INSET + (1 - y) * (HEIGHT - 2 * INSET)) * 10) / 10;

export interface StrikeChartProps {
  /** The chart in a sentence. */
  readonly words: string;
  /** What the scale says from its top to its bottom. */
  readonly scale: readonly string[];
  /** What stands below, from left to right. */
  readonly strikes: readonly string[];
  /** Where the price of the underlying is, from 0 to 1. */
  readonly spot: number | null;
  /** What the lines or bars are. */
  readonly legend: ReactNode;
  readonly table: () => ReactNode;
  readonly children: ReactNode;
}

/** A chart over strikes. The picture is one image to a screen reader; its numbers stand in the table below. */
export function StrikeChart({ words, scale, strikes, spot, legend, table, children }: StrikeChartProps) {
  const [open, setOpen] = useState(false);
  return (
    <figure className="p-3 sm:p-4">
      <div className="flex gap-2">
        <div
          aria-hidden="true"
          className="flex h-40 w-12 shrink-0 flex-col justify-between text-right text-muted text-xs leading-none"
        >
          {scale.map((text, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a place of the scale, whatever it says
            <span key={place}>{text}</span>
          ))}
        </div>
        <div className="min-w-0 flex-1">
          <svg
            role="img"
            aria-label={words}
            viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
            preserveAspectRatio="none"
            className="h-40 w-full"
          >
            {[0, 0.5, 1].map((y) => (
              <line
                key={y}
                x1="0"
                x2={WIDTH}
                y1={drawnY(y)}
                y2={drawnY(y)}
                vectorEffect="non-scaling-stroke"
                className="stroke-line"
              />
            ))}
            {children}
            {spot === null ? null : (
              <line
                x1={drawnX(spot)}
                x2={drawnX(spot)}
                y1="0"
                y2={HEIGHT}
                strokeDasharray="2 3"
                vectorEffect="non-scaling-stroke"
                className="stroke-ink"
              />
            )}
          </svg>
          <div aria-hidden="true" className="mt-1.5 flex justify-between text-muted text-xs">
            {strikes.map((text, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a place below the chart, whatever it says
              <span key={place}>{text}</span>
            ))}
          </div>
        </div>
      </div>
      <figcaption className="mt-2 flex flex-wrap gap-x-4 gap-y-1 text-muted text-xs">
        {legend}
        {spot === null ? null : <span>Dotted line: price of the underlying</span>}
      </figcaption>
      <details className="mt-2" onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary className="w-fit cursor-pointer text-accent text-xs underline underline-offset-2">
          Numbers as a table
        </summary>
        {open ? <div className="mt-2 max-h-64 overflow-auto">{table()}</div> : null}
      </details>
    </figure>
  );
}

export interface NumbersProps {
  readonly caption: string;
  readonly heads: readonly string[];
  /** The strike comes first. */
  readonly rows: readonly (readonly string[])[];
}

/** The numbers of a chart. */
export function Numbers({ caption, heads, rows }: NumbersProps) {
  return (
    <table className="w-full max-w-md">
      <caption className="sr-only">{caption}</caption>
      <thead className="text-muted text-xs">
        <tr>
          {heads.map((head) => (
            <th key={head} scope="col" className="px-2 py-1 text-right font-medium">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(([strike, ...values]) => (
          <tr key={strike} className="border-line border-t">
            <th scope="row" className="px-2 py-0.5 text-right font-normal">
              {strike}
            </th>
            {heads.slice(1).map((head, place) => (
              <td key={head} className="px-2 py-0.5 text-right">
                {values[place]}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
