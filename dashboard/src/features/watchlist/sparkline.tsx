import { memo, useEffect } from 'react';
import { useStore } from 'zustand';
import { useSharedStores } from '../../hooks/shared-stores.tsx';
import type { Direction } from '../../lib/format.ts';
import type { Bar } from '../../stores/candles.ts';

const TONES: Readonly<Record<Direction, string>> = {
  up: 'stroke-up',
  down: 'stroke-down',
  none: 'stroke-muted',
};
const WIDTH = 64;
const HEIGHT = 22;
const INSET = 1.5;
/** One point for each drawn pixel is all that can be seen. */
const MAX_POINTS = WIDTH;

/** Every n-th close and the last one. */
function thin(bars: readonly Bar[]): number[] {
  const step = Math.ceil(bars.length / MAX_POINTS);
  return bars.filter((_, index) => index % step === 0 || index === bars.length - 1).map((bar) => bar.close);
}

/** Points of a polyline in a WIDTH × HEIGHT box; null where there is too little to draw. */
export function sparkPoints(bars: readonly Bar[]): string | null {
  if (bars.length < 2) return null;
  const closes = thin(bars);
  const low = Math.min(...closes);
  const span = Math.max(...closes) - low;
  const height = HEIGHT - 2 * INSET;
  return closes
    .map((close, index) => {
      const x = (index / (closes.length - 1)) * WIDTH;
      const y = span === 0 ? HEIGHT / 2 : INSET + height - ((close - low) / span) * height;
      return `${x.toFixed(1)},${y.toFixed(1)}`;
    })
    .join(' ');
}

/** Today's minutes as a line. Decoration: the numbers beside it say the same in words. */
export const Sparkline = memo(function Sparkline({
  symbol,
  direction,
}: {
  symbol: string;
  direction: Direction;
}) {
  const { candles } = useSharedStores();
  const held = useStore(candles, ({ bySymbol }) => bySymbol[symbol]);
  useEffect(() => {
    candles.load(symbol);
  }, [candles, symbol]);
  const points = held ? sparkPoints(held.bars) : null;
  const tone = TONES[direction];
  return (
    <svg aria-hidden="true" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} className="h-[22px] w-16 shrink-0">
      {points ? (
        <polyline points={points} fill="none" strokeWidth="1.25" strokeLinejoin="round" className={tone} />
      ) : null}
    </svg>
  );
});
