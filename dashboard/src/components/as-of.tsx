import { useFreshness } from '../hooks/use-freshness.ts';
import { useDesk } from '../hooks/websocket-context.tsx';
import { momentOf } from '../lib/format.ts';

/** Says from when the values are, whenever they are not the present ones. */
export function AsOf({ receivedAt }: { receivedAt: number }) {
  const { timers } = useDesk();
  const freshness = useFreshness();
  if (freshness === 'live' || receivedAt === 0) return null;
  const when = momentOf(receivedAt, timers.now());
  return (
    <span className="text-warn text-xs">
      {freshness === 'polled' ? `Updated ${when}` : `Showing values from ${when}`}
    </span>
  );
}
