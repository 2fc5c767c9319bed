import type { Log } from '../../lib/log.ts';
import type { FeedTap } from '../market/tapped-feed.ts';
import type { OffExchangeSums } from './sums.ts';

type Sink = Pick<OffExchangeSums, 'trade' | 'nbbo' | 'interrupted' | 'clear'>;

/** Where ticks go: nowhere, into a queue while the sums are read from the database, or to the sums. */
export interface TickQueue {
  readonly ticks: Omit<FeedTap, 'status'>;
  hold(): void;
  /** Delivers what was held, then everything at once. */
  open(sums: Sink): void;
  close(): void;
}

/** Ten seconds of the whole market's busiest; about 50 MB. */
const MAX_HELD = 500_000;

export function createTickQueue(log: Log): TickQueue {
  let held: ((sums: Sink) => void)[] = [];
  let isHolding = false;
  let sink: Sink | null = null;

  const hold = (deliver: (sums: Sink) => void): void => {
    if (!isHolding) return;
    if (held.length === MAX_HELD)
      log.error({ held: MAX_HELD }, 'ticks were dropped: the sums could not be read for too long');
    if (held.length <= MAX_HELD) held.push(deliver);
  };

  return {
    ticks: {
      trade(tick) {
        if (sink !== null) sink.trade(tick);
        else hold((sums) => sums.trade(tick));
      },
      nbbo(tick) {
        if (sink !== null) sink.nbbo(tick);
        else hold((sums) => sums.nbbo(tick));
      },
      confirmed(symbol, flowing) {
        if (flowing) return;
        if (sink !== null) sink.interrupted(symbol);
        else hold((sums) => sums.interrupted(symbol));
      },
      restarted() {
        if (sink !== null) sink.clear();
        else hold((sums) => sums.clear());
      },
    },
    hold() {
      isHolding = true;
    },
    open(sums) {
      isHolding = false;
      for (const deliver of held) deliver(sums);
      held = [];
      sink = sums;
    },
    close() {
      isHolding = false;
      held = [];
      sink = null;
    },
  };
}
