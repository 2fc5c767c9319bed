import type { FeedSink, FeedStatus, MarketFeed } from '../../domain/market/feed.ts';
import type { Cancel, Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { RawEvent } from '../massive/events.ts';
import { createFrameReader, type FrameReader } from '../massive/frames.ts';
import { describeFileError, readLines } from './lines.ts';

export interface ReplayFeedOptions {
  /** NDJSON, gzip or not, one upstream event a line. */
  readonly file: string;
  /** Factor of the recorded pace, or as fast as it can be read. */
  readonly speed: number | 'max';
  readonly loop: boolean;
  readonly clock: Clock;
  readonly log: Log;
}

/** Where nothing was recorded for longer (the night between two days), the replay waits no longer than this. */
const MAX_GAP_MS = 60_000;
/** Events due within this are delivered together: timers are no finer. */
const SLICE_MS = 5;

const timeOfEvent = ({ t, e }: RawEvent): number | undefined => {
  const time = t ?? e;
  return typeof time === 'number' && time > 0 ? time : undefined;
};

/**
 * Plays a recording through the normalisation of the live feed. Nothing in the data is shifted: source times are
 * the recorded ones, only the receive time is now. Every symbol of the file flows, whether somebody wants it or
 * not: what was not taken when it came by could not be asked for later.
 */
export function createReplayFeed({ file, speed, loop, clock, log }: ReplayFeedOptions): MarketFeed {
  let status: FeedStatus = { state: 'down' };
  let cancelWait: Cancel = () => {};
  let endWait: () => void = () => {};
  let run = 0;
  let finished = Promise.resolve();

  async function play(sink: FeedSink, isCurrent: () => boolean): Promise<void> {
    const tell = (next: FeedStatus): void => {
      if (!isCurrent()) return;
      status = next;
      sink.status(next);
    };
    tell({ state: 'connecting' });
    try {
      for (let round = 0; isCurrent(); round++) {
        if (round > 0) sink.restarted();
        const events = await playOnce(sink, isCurrent, () => tell({ state: 'live' }));
        if (events === 0)
          return tell({ state: 'refused', detail: `The recording ${file} holds no market events.` });
        if (!loop) return tell({ state: 'ended', detail: `The recording ${file} has ended.` });
      }
    } catch (error) {
      const detail = describeFileError(file, error);
      log.error({ err: error, file }, detail);
      tell({ state: 'refused', detail });
    }
  }

  /** Returns how many events it delivered. */
  async function playOnce(sink: FeedSink, isCurrent: () => boolean, onFirst: () => void): Promise<number> {
    const flowing = new Set<string>();
    let events = 0;
    const confirm = (symbol: string): void => {
      if (flowing.has(symbol)) return;
      flowing.add(symbol);
      sink.confirmed(symbol, true);
    };
    const deliver = (): void => {
      if (events === 0) onFirst();
      events += 1;
    };
    const reader = createFrameReader(
      {
        trade(tick) {
          deliver();
          confirm(tick.symbol);
          sink.trade(tick);
        },
        nbbo(tick) {
          deliver();
          confirm(tick.symbol);
          sink.nbbo(tick);
        },
        bar(tick) {
          deliver();
          confirm(tick.symbol);
          sink.bar(tick);
        },
        day(tick) {
          deliver();
          confirm(tick.symbol);
          sink.day(tick);
        },
        dropped: sink.dropped,
      },
      () => {},
    );
    const pace = speed === 'max' ? null : createPace(clock.now(), speed);
    for await (const lines of readLines(file)) {
      const receivedAt = clock.now();
      for (const line of lines) {
        if (!isCurrent()) return events;
        if (line === '') continue;
        if (pace === null) reader.read(line, receivedAt);
        else await playPaced(reader, pace, line, isCurrent);
      }
    }
    return events;
  }

  async function playPaced(
    reader: FrameReader,
    pace: Pace,
    line: string,
    isCurrent: () => boolean,
  ): Promise<void> {
    const frame = reader.parse(line);
    if (frame === undefined) return;
    for (const event of Array.isArray(frame) ? frame : [frame]) {
      const time = typeof event === 'object' && event !== null ? timeOfEvent(event) : undefined;
      const waitMs = time === undefined ? 0 : pace.due(time, clock.now()) - clock.now();
      if (waitMs > SLICE_MS) await wait(waitMs);
      if (!isCurrent()) return;
      reader.take(event, clock.now());
    }
  }

  const wait = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      endWait = resolve;
      cancelWait = clock.after(ms, resolve);
    });

  return {
    source: 'replay',
    origin: 'replay',
    start(sink) {
      const thisRun = ++run;
      finished = play(sink, () => run === thisRun);
    },
    async stop() {
      run += 1;
      cancelWait();
      endWait();
      await finished;
      status = { state: 'down' };
    },
    setSymbols() {},
    status: () => status,
  };
}

interface Pace {
  /** When the event recorded at `time` is due, on our clock. */
  due(time: number, now: number): number;
}

function createPace(startedAt: number, factor: number): Pace {
  let anchor = startedAt;
  let anchorTime: number | undefined;
  let latest = 0;
  return {
    due(time, now) {
      if (anchorTime === undefined || time - latest > MAX_GAP_MS) {
        // The first event, or one after a pause: from here on time counts anew.
        anchor = anchorTime === undefined ? now : now + MAX_GAP_MS / factor;
        anchorTime = time;
      }
      if (time > latest) latest = time;
      return anchor + (time - anchorTime) / factor;
    },
  };
}
