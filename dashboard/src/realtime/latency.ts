import { every, type Timers } from '../lib/timers.ts';
import { ask, type TradecastSocket } from './socket.ts';

const INTERVAL_MS = 15_000;

/** Reports the round trip in milliseconds, now and every 15 s; returns what ends it. */
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
  measure();
  return every(timers, INTERVAL_MS, measure);
}
