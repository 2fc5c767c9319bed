import type { MonitorPayload } from '../../../../src/protocol/health-payloads.ts';
import { age, minuteTime } from '../../lib/format.ts';
import { type ChartShape, HOUR_MS, type Point, shapeOf } from './chart-shape.ts';
import { count } from './words.ts';

const WIDTH = 600;
const HEIGHT = 140;
/** Keeps half of the line's width inside. */
const INSET = 2;
/** A history shorter than this names its beginning. */
const NEARLY_MS = HOUR_MS - 60_000;

const place = ({ x, y }: Point): string =>
  `${Math.round(x * WIDTH * 10) / 10},${Math.round((INSET + (1 - y) * (HEIGHT - 2 * INSET)) * 10) / 10}`;

/** A single sample has no length; it is drawn as one of ten seconds. */
const pointsOf = (line: readonly Point[]): string =>
  (line.length === 1 ? [{ ...line[0]!, x: line[0]!.x - 10_000 / HOUR_MS }, line[0]!] : line)
    .map(place)
    .join(' ');

function inWords({ newest, lowest, highest, since, until }: ChartShape): string {
  const span = until - since < NEARLY_MS ? `the last ${age(until - since)}` : 'the last hour';
  return `Connections over ${span}: ${count(newest)} at ${minuteTime(until)}, between ${count(lowest)} and ${count(highest)}.`;
}

/** Connections of all replicas. The picture says the same as its words. */
export function ConnectionsChart({ history }: { history: MonitorPayload['history'] }) {
  const shape = shapeOf(history);
  if (!shape) {
    return (
      <p className="p-4 text-muted">There are no samples yet. The first one comes within ten seconds.</p>
    );
  }
  const isShort = shape.until - shape.since < NEARLY_MS;
  return (
    <figure className="p-4">
      <div className="flex gap-2">
        <div
          aria-hidden="true"
          className="flex h-36 flex-col justify-between text-right text-muted text-xs leading-none"
        >
          <span>{count(shape.top)}</span>
          <span>{count(shape.top / 2)}</span>
          <span>0</span>
        </div>
        <div className="min-w-0 flex-1">
          <svg
            role="img"
            aria-label={inWords(shape)}
            viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
            preserveAspectRatio="none"
            className="h-36 w-full"
          >
            {[INSET, HEIGHT / 2, HEIGHT - INSET].map((y) => (
              <line
                key={y}
                x1="0"
                x2={WIDTH}
                y1={y}
                y2={y}
                vectorEffect="non-scaling-stroke"
                className="stroke-line"
              />
            ))}
            {shape.lines.map((line) => (
              <polyline
                key={line[0]!.x}
                points={pointsOf(line)}
                fill="none"
                strokeWidth="1.75"
                strokeLinejoin="round"
                vectorEffect="non-scaling-stroke"
                className="stroke-accent"
              />
            ))}
          </svg>
          <div aria-hidden="true" className="mt-1.5 flex justify-between text-muted text-xs">
            <span>{minuteTime(shape.until - HOUR_MS)}</span>
            <span>{minuteTime(shape.until - HOUR_MS / 2)}</span>
            <span>{minuteTime(shape.until)}</span>
          </div>
        </div>
      </div>
      <figcaption className="mt-2 text-muted">
        {count(shape.newest)} at {minuteTime(shape.until)}, between {count(shape.lowest)} and{' '}
        {count(shape.highest)}
        {isShort ? `; first sample at ${minuteTime(shape.since)}` : ''}.
      </figcaption>
    </figure>
  );
}
