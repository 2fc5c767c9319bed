import type { Cancel, Clock } from '../../lib/clock.ts';
import type { Bus } from '../bus/bus.ts';
import type { MarketTopics } from './topics.ts';

/** The pause after an outsider took our place: two services that come back sooner evict each other forever. */
export const LOST_PAUSE_MS = 60_000;
/** Each loss doubles the pause up to this: a person must correct a key that is used twice. */
const MAX_LOST_PAUSE_MS = 600_000;
/** Losses further apart have nothing to do with each other. */
const FORGET_LOSSES_MS = 3_600_000;

/**
 * The one place that upstream gives an account, as the cluster shares it. Among replicas the engine lease decides who
 * has it. When an outsider takes it, every replica waits for the same time.
 */
export interface UpstreamPlace {
  /** Follows the losses of other replicas until the returned function is called. */
  follow(): Cancel;
  /** An outsider took the place from this replica. */
  lost(): void;
  /** No replica asks for the place earlier, milliseconds since epoch; 0 where it was never lost. */
  notBefore(): number;
}

export function createUpstreamPlace(parts: {
  readonly bus: Bus;
  readonly topics: Pick<MarketTopics, 'feedLost'>;
  readonly clock: Clock;
  readonly replica: string;
}): UpstreamPlace {
  const { bus, topics, clock, replica } = parts;
  let notBefore = 0;
  let losses = 0;

  return {
    follow: () =>
      bus.subscribe(topics.feedLost, (loss) => {
        if (loss.replica === replica) return;
        // By the clock of another machine: a wrong one must not cost us more than the longest pause.
        notBefore = Math.max(notBefore, Math.min(loss.notBefore, clock.now() + MAX_LOST_PAUSE_MS));
        losses = loss.losses;
      }),
    lost() {
      const now = clock.now();
      losses = now - notBefore < FORGET_LOSSES_MS ? losses + 1 : 1;
      notBefore = now + Math.min(LOST_PAUSE_MS * 2 ** (losses - 1), MAX_LOST_PAUSE_MS);
      bus.publish(topics.feedLost, { replica, notBefore, losses });
    },
    notBefore: () => notBefore,
  };
}
