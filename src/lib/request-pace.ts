import type { Clock } from './clock.ts';
import { pause } from './pause.ts';

/** Lets so many requests go out in a second, in the order in which they came. */
export interface RequestPace {
  /** Resolves when it is the request's turn, or when `signal` aborts. */
  turn(signal?: AbortSignal): Promise<void>;
  /** How long a request that came now would wait. */
  waitMs(): number;
  /** Lets none go out for so long, also of those that wait for their turn already. */
  hold(ms: number): void;
}

export function createRequestPace({ clock, perSecond }: { clock: Clock; perSecond: number }): RequestPace {
  const stepMs = 1_000 / perSecond;
  let nextAt = 0;
  let heldUntil = 0;
  const waitMs = (): number => Math.max(0, nextAt - clock.now());

  async function turn(signal?: AbortSignal): Promise<void> {
    const ms = waitMs();
    nextAt = clock.now() + ms + stepMs;
    if (ms > 0) await pause(clock, ms, signal);
    if (clock.now() < heldUntil && !signal?.aborted) await turn(signal);
  }

  return {
    waitMs,
    turn,
    hold(ms) {
      heldUntil = Math.max(heldUntil, clock.now() + ms);
      nextAt = Math.max(nextAt, heldUntil);
    },
  };
}
