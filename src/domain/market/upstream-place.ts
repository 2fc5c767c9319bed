import type { Clock } from '../../lib/clock.ts';
import type { Bus } from '../bus/bus.ts';
import { feedLostTopic } from './topics.ts';

/** After somebody outside took our place; two services that come back sooner evict each other forever. */
export const LOST_PAUSE_MS = 60_000;
/** Each loss doubles the pause up to this, milliseconds: a key used twice is a mistake that a person must put right. */
const MAX_LOST_PAUSE_MS = 600_000;
/** Losses further apart are not the same fight, milliseconds. */
const FORGET_LOSSES_MS = 3_600_000;

/**
 * The one place that upstream gives an account, as the cluster shares it. Between replicas the engine lease
 * decides who has it; when somebody outside takes it, every replica leaves it alone for the same while.
 */
export interface UpstreamPlace {
  /** Somebody outside took it from us. */
  lost(): void;
  /** Nobody here asks for it earlier, milliseconds since epoch; 0 where nobody took it. */
  notBefore(): number;
}

export function createUpstreamPlace(parts: {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly replica: string;
}): UpstreamPlace {
  const { bus, clock, replica } = parts;
  let notBefore = 0;
  let losses = 0;

  bus.subscribe(feedLostTopic, (told) => {
    if (told.replica === replica) return;
    // By the clock of another machine: a wrong one must not keep us off for longer than any loss does.
    notBefore = Math.max(notBefore, Math.min(told.notBefore, clock.now() + MAX_LOST_PAUSE_MS));
    losses = told.losses;
  });

  return {
    lost() {
      const now = clock.now();
      losses = now - notBefore < FORGET_LOSSES_MS ? losses + 1 : 1;
      notBefore = now + Math.min(LOST_PAUSE_MS * 2 ** (losses - 1), MAX_LOST_PAUSE_MS);
      bus.publish(feedLostTopic, { replica, notBefore, losses });
    },
    notBefore: () => notBefore,
  };
}
