import type { Log } from '../../lib/log.ts';
import type { FeedTap } from '../market/tapped-feed.ts';
import type { OffExchangeSums } from './sums.ts';

type Sink = Pick<OffExchangeSums, 'trade' | 'nbbo' | 'interrupted' | 'broken' | 'clear'>;

/** Where ticks go: nowhere, into a queue while the sums are read from the database, or to the sums. */
export interface TickQueue {
  readonly ticks: Omit<FeedTap, 'status' | 'dropped'>;
  /** Ticks of any symbol may be missing: no side rests on a quote of before. */
  broken(): void;
  hold(): void;
  /** Since when everything is held, milliseconds since epoch: now, where more came than there is room for. */
  heldSince(): number;
  /** How long the oldest tick has been held; 0 where none is. */
  heldMs(): number;
  /** Delivers what was held, then everything at once. */
  open(sums: Sink): void;
  close(): void;
}

/** Ten seconds of the whole market's busiest; about 50 MB. */
const MAX_HELD = 500_000;

export function createTickQueue(log: Log, now: () => number): TickQueue {
  let held: ((sums: Sink) => void)[] = [];
  let isHolding = false;
  let since = now();
  let firstAt = 0;
  let sink: Sink | null = null;

  const hold = (deliver: (sums: Sink) => void): void => {
    if (!isHolding) return;
    if (held.length === MAX_HELD)
      log.error({ held: MAX_HELD }, 'ticks were dropped: the sums could not be read for too long');
    if (held.length === 0) firstAt = now();
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
    broken() {
      if (sink !== null) sink.broken();
      else hold((sums) => sums.broken());
    },
    hold() {
      isHolding = true;
      since = now();
    },
    heldSince: () => (held.length > MAX_HELD ? now() : since),
    heldMs: () => (held.length === 0 ? 0 : Math.max(0, now() - firstAt)),
    open(sums) {
      isHolding = false;
      for (const deliver of held) deliver(sums);
      if (held.length > MAX_HELD) sums.broken();
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
