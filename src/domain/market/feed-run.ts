import type { FeedSink, FeedStatus, FeedTerms, MarketFeed } from './feed.ts';

/** One run of the feed after another: the connection of the last one is gone before the next asks for its place. */
export interface FeedRun {
  /** Starts the feed as soon as the run before has ended. */
  start(): void;
  /** Ends the run and starts another one, on the terms of then. */
  again(): void;
  /** Resolves when the feed has ended. */
  stop(): Promise<void>;
  status(): FeedStatus;
}

export interface FeedRunOptions {
  readonly feed: MarketFeed;
  readonly sink: Omit<FeedSink, 'status'>;
  readonly terms: () => FeedTerms;
  readonly onStarted: () => void;
  /** Called after `status()` has changed, with the status before. */
  readonly onStatus: (status: FeedStatus, before: FeedStatus) => void;
}

export function createFeedRun({ feed, sink, terms, onStarted, onStatus }: FeedRunOptions): FeedRun {
  let status = feed.status();
  let ended = Promise.resolve();
  /** Of the run that was started last; null while none is to run. */
  let current: symbol | null = null;

  const target: FeedSink = {
    ...sink,
    status(next) {
      const before = status;
      status = next;
      onStatus(next, before);
    },
  };

  const start = (): void => {
    const run = Symbol('run');
    current = run;
    void ended.then(() => {
      if (current !== run) return;
      feed.start(target, terms());
      onStarted();
    });
  };
  const stop = (): Promise<void> => {
    if (current === null) return ended;
    current = null;
    ended = feed.stop().then(() => {
      status = feed.status();
    });
    return ended;
  };

  return {
    start,
    stop,
    again() {
      void stop();
      start();
    },
    status: () => status,
  };
}
