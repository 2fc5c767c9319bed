import { type Amounts, totalOf } from './amounts.ts';

const WIDTH = 100;

/** Bullish, unknown and bearish as parts of one bar; the figures beside it say the same. */
export function BalanceBar({ amounts, className = 'h-2' }: { amounts: Amounts; className?: string }) {
  const total = totalOf(amounts);
  const share = (amount: number) => (total > 0 ? (amount / total) * WIDTH : 0);
  const [bullish, unknown, bearish] = [
    share(amounts.bullish),
    share(amounts.unknown),
    share(amounts.bearish),
  ];
  return (
    <svg
      aria-hidden="true"
      viewBox={`0 0 ${WIDTH} 8`}
      preserveAspectRatio="none"
      className={`w-full ${className}`}
    >
      <rect width={WIDTH} height="8" className="fill-line" />
      <rect width={bullish} height="8" className="fill-up" />
      <rect x={bullish} width={unknown} height="8" className="fill-line-strong" />
      <rect x={bullish + unknown} width={bearish} height="8" className="fill-down" />
    </svg>
  );
}
