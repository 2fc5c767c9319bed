import type { FeedSink, MarketFeed } from './feed.ts';

/** What else receives the ticks of a feed, behind the market. Called on the hot path: no method may throw or wait. */
export type FeedTap = Pick<FeedSink, 'trade' | 'nbbo' | 'confirmed' | 'dropped' | 'restarted' | 'status'>;

export interface TappedFeed {
  readonly feed: MarketFeed;
  /** To be called before the feed is started. */
  tap(tap: FeedTap): void;
}

/** A feed whose ticks can be listened to. Until somebody does, it is the feed itself. */
export function createTappedFeed(feed: MarketFeed): TappedFeed {
  let listener: FeedTap | null = null;
  return {
    feed: {
      ...feed,
      start: (sink, terms) => feed.start(listener === null ? sink : joined(sink, listener), terms),
    },
    tap(tap) {
      listener = tap;
    },
  };
}

const joined = (sink: FeedSink, tap: FeedTap): FeedSink => ({
  ...sink,
  trade(tick) {
    sink.trade(tick);
    tap.trade(tick);
  },
  nbbo(tick) {
    sink.nbbo(tick);
    tap.nbbo(tick);
  },
  confirmed(symbol, flowing) {
    sink.confirmed(symbol, flowing);
    tap.confirmed(symbol, flowing);
  },
  dropped(count, mayBePrints) {
    sink.dropped(count, mayBePrints);
    tap.dropped(count, mayBePrints);
  },
  restarted() {
    sink.restarted();
    tap.restarted();
  },
  status(status) {
    sink.status(status);
    tap.status(status);
  },
  // Nobody behind the market wants these.
  tape: { trade: tap.trade, nbbo: tap.nbbo },
});
