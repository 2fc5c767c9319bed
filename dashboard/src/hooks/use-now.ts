import { useEffect, useState } from 'react';
import { clockOf } from '../lib/clock.ts';
import { useDesk } from './websocket-context.tsx';

/** The time, renewed every `ms`, for what is shown as an age or a countdown. With null it stays as it is. */
export function useNow(ms: number | null): number {
  const { timers } = useDesk();
  const [now, setNow] = useState(() => timers.now());
  useEffect(() => {
    if (ms === null) return;
    setNow(timers.now());
    return clockOf(timers, ms).join(setNow);
  }, [timers, ms]);
  return now;
}
