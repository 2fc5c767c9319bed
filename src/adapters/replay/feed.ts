import type { FeedSink, FeedStatus, MarketFeed } from '../../domain/market/feed.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { pause } from '../../lib/pause.ts';
import { describeFileError } from './lines.ts';
import { playRound } from './round.ts';

export interface ReplayFeedOptions {
  /** NDJSON, gzip or not, one upstream event a line. */
  readonly file: string;
  /** Factor of the recorded pace, or as fast as it can be read. */
  readonly speed: number | 'max';
  readonly loop: boolean;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Plays a recording through the normalisation of the live feed. Nothing in the data is shifted: source times are the
 * recorded ones, only the receive time is now. Every symbol of the file flows, wanted or not: a tick that has passed
 * cannot be requested later.
 */
export function createReplayFeed(options: ReplayFeedOptions): MarketFeed {
  let status: FeedStatus = { state: 'down' };
  let run: Run | null = null;

  return {
    source: 'replay',
    origin: 'replay',
    start(sink) {
      void run?.stop();
      run = startRun(options, sink, (next) => {
        status = next;
        sink.status(next);
      });
    },
    async stop() {
      const ending = run;
      // A start during the wait begins a run of its own.
      run = null;
      status = { state: 'down' };
      await ending?.stop();
    },
    setSymbols() {},
    status: () => status,
  };
}

interface Run {
  /** Resolves when nothing more is delivered. */
  stop(): Promise<void>;
}

function startRun(options: ReplayFeedOptions, sink: FeedSink, onStatus: (status: FeedStatus) => void): Run {
  const { file, loop, clock, log } = options;
  const stopped = new AbortController();
  const isCurrent = (): boolean => !stopped.signal.aborted;

  const report = (status: FeedStatus): void => {
    if (isCurrent()) onStatus(status);
  };
  const wait = (ms: number): Promise<void> => pause(clock, ms, stopped.signal);

  async function play(): Promise<void> {
    report({ state: 'connecting' });
    for (let round = 0; isCurrent(); round++) {
      if (round > 0) sink.restarted();
      const onFirst = (): void => report({ state: 'live' });
      const events = await playRound({ ...options, sink, isCurrent, wait, onFirst });
      if (events === 0)
        return report({ state: 'refused', detail: `The recording ${file} holds no market events.` });
      if (!loop) return report({ state: 'ended', detail: `The recording ${file} has ended.` });
    }
  }
  const ended = play().catch((error: unknown) => {
    const detail = describeFileError(file, error);
    log.error({ err: error, file }, detail);
    report({ state: 'refused', detail });
  });

  return {
    stop() {
      stopped.abort();
      return ended;
    },
  };
}
