import { every, type Timers } from '../lib/timers.ts';
import { ask, type TradecastSocket } from './socket.ts';

/** Until then the page itself is loading, and its work would be measured. */
const SETTLE_MS = 2_000;
const INTERVAL_MS = 15_000;

/** Reports the round trip in milliseconds, 2 s from now and then every 15 s; returns what ends it. */
export function measureLatency(
  socket: TradecastSocket,
  timers: Timers,
  report: (ms: number) => void,
): () => void {
  const measure = () => {
    const sentAt = performance.now();
    ask(socket, 'time:sync', [{ t0: timers.now() }], (answer) => {
      if (answer?.ok) report(Math.round(performance.now() - sentAt));
    });
  };
  const cancelFirst = timers.after(SETTLE_MS, measure);
  const cancelOthers = every(timers, INTERVAL_MS, measure);
  return () => {
    cancelFirst();
    cancelOthers();
  };
}
