import type { Cancel, Clock } from '../../lib/clock.ts';

/** No screen pauses for longer: a turn that took more belongs to a process that was stalled. */
const MAX_REST_MS = 500;

/**
 * Leaves half of the event loop to the others. State can wait, since only its latest values are sent; what cannot
 * are new connections, commands and the event lane. A loop that is busy with nothing but state would, above all,
 * accept one connection a turn (libuv takes no more), so that after a restart clients give up before they are in.
 */
export interface Pacer {
  /** The work is done now, or once as much time has passed as the last turn of the loop with it took. */
  request(): void;
  stop(): void;
}

export function createPacer(clock: Clock, work: () => void): Pacer {
  let state: 'free' | 'working' | 'resting' | 'stopped' = 'free';
  let wanted = false;
  let cancelRest: Cancel = () => {};

  function turn(): void {
    const startedAt = clock.now();
    state = 'working';
    wanted = false;
    // Writes call back after the work is done: what it cost shows at the end of the turn.
    setImmediate(() => {
      if (state === 'stopped') return;
      state = 'resting';
      const took = Math.min(clock.now() - startedAt, MAX_REST_MS);
      if (took > 0) cancelRest = clock.after(took, rested);
      else rested();
    });
    work();
  }
  function rested(): void {
    state = 'free';
    if (wanted) turn();
  }

  return {
    request() {
      wanted = true;
      if (state === 'free') turn();
    },
    stop() {
      state = 'stopped';
      cancelRest();
    },
  };
}
