import { every, type Timers } from '../lib/timers.ts';
import { ask, type TradecastSocket } from './socket.ts';

/** Until then the page itself is loading, and its work would be measured. */
const SETTLE_MS = 2_000;
const INTERVAL_MS = 15_000;
/** A line over which nothing comes for so long behind a question is dead. The browser would notice 45 s later. */
const SILENCE_MS = 5_000;
/** Timers run a little early in some browsers. */
const TOLERANCE_MS = 100;

export interface LineWatch {
  /** The round trip in milliseconds. */
  readonly report: (ms: number) => void;
  /** The line is dead: no answer, and nothing else, came behind a question. */
  readonly onSilence: () => void;
}

/** Measures the round trip 2 s from now and then every 15 s; returns what ends it. */
export function watchLine(
  socket: TradecastSocket,
  timers: Timers,
  { report, onSilence }: LineWatch,
): () => void {
  let endQuestion = () => {};

  function measure() {
    endQuestion();
    const sentAt = performance.now();
    let heard = false;
    const hear = () => {
      heard = true;
    };
    socket.onAny(hear);
    ask(socket, 'time:sync', [{ t0: timers.now() }], (answer) => {
      if (answer !== null) hear();
      if (answer?.ok) report(Math.round(performance.now() - sentAt));
    });
    const cancel = timers.after(SILENCE_MS, () => {
      endQuestion();
      if (!heard && performance.now() - sentAt >= SILENCE_MS - TOLERANCE_MS) onSilence();
    });
    endQuestion = () => {
      cancel();
      socket.offAny(hear);
    };
  }

  const cancelFirst = timers.after(SETTLE_MS, measure);
  const cancelOthers = every(timers, INTERVAL_MS, measure);
  return () => {
    cancelFirst();
    cancelOthers();
    endQuestion();
  };
}
