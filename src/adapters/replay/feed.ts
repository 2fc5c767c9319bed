import type { FeedSink, FeedStatus, MarketFeed } from '../../domain/market/feed.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { pause } from '../../lib/pause.ts';
import { holdsContracts } from './contracts.ts';
import { describeFileError } from './lines.ts';
import { holdsQuotes } from './quotes.ts';
import { playRound } from './round.ts';
import { CONTRACT_SIDE, type Side, STOCK_SIDE } from './side.ts';

export interface ReplayFeedOptions {
  /** NDJSON, gzip or not, one upstream event a line. */
  readonly file: string;
  /** Factor of the recorded pace, or as fast as it can be read. */
  readonly speed: number | 'max';
  readonly loop: boolean;
  readonly clock: Clock;
  readonly log: Log;
}

/** A feed, and what may keep it from playing. */
interface FeedParts extends ReplayFeedOptions {
  readonly side: Side;
  /** Null where the recording can be played, else a sentence for the operator. */
  readonly check: () => Promise<string | null>;
}

/** The stocks of a recording. */
export const createReplayFeed = (options: ReplayFeedOptions): MarketFeed =>
  createFeed({ ...options, side: STOCK_SIDE, check: async () => null });

/** Its option contracts. */
export const createReplayOptionFeed = (options: ReplayFeedOptions): MarketFeed =>
  createFeed({
    ...options,
    side: CONTRACT_SIDE,
    // Most recordings hold none: they are not played twice.
    check: async () =>
      (await holdsContracts(options.file))
        ? null
        : `The recording ${options.file} holds no option contracts.`,
  });

/**
 * Plays a recording through the normalisation of the live feed. Nothing in the data is shifted: source times are the
 * recorded ones, only the receive time is now. Every symbol of the file flows, wanted or not: a tick that has passed
 * cannot be requested later.
 */
function createFeed(options: FeedParts): MarketFeed {
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

function startRun(options: FeedParts, sink: FeedSink, onStatus: (status: FeedStatus) => void): Run {
  const { file, loop, clock, log, check, side } = options;
  const stopped = new AbortController();
  const isCurrent = (): boolean => !stopped.signal.aborted;

  let reported: FeedStatus = { state: 'connecting' };
  let withoutQuotes = false;

  const report = (status: FeedStatus): void => {
    reported = status;
    if (isCurrent()) onStatus(withoutQuotes ? { ...status, withoutQuotes } : status);
  };
  /** A long recording without quotes has to be read to its end to be known as one: meanwhile it is played. */
  async function lookForQuotes(onFar: () => void): Promise<void> {
    withoutQuotes = !(await holdsQuotes(file, side, onFar));
    if (withoutQuotes && reported.state !== 'connecting') report(reported);
  }
  const wait = (ms: number): Promise<void> => pause(clock, ms, stopped.signal);

  async function play(): Promise<void> {
    report({ state: 'connecting' });
    const problem = await check();
    if (problem !== null) return report({ state: 'refused', detail: problem });
    // Errors of the file are told where it is played.
    await new Promise<void>((resolve) => void lookForQuotes(resolve).then(resolve, resolve));
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
