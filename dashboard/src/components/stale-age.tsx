import { useNow } from '../hooks/use-now.ts';
import { dayAndTime, oldness } from '../lib/format.ts';

/** Ages are read in minutes; a clock in each row would be noise. */
const AGE_INTERVAL_MS = 5_000;

/** From when a price is that is not the present one. */
export function StaleAge({ timestamp, className = '' }: { timestamp: string; className?: string }) {
  const now = useNow(AGE_INTERVAL_MS);
  return (
    <span title={dayAndTime(timestamp)} className={`whitespace-nowrap text-warn text-xs ${className}`}>
      {oldness(timestamp, now)}
    </span>
  );
}
