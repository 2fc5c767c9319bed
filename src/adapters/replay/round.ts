import type { FeedSink } from '../../domain/market/feed.ts';
import type { Clock } from '../../lib/clock.ts';
import type { RawEvent } from '../massive/events.ts';
import { timeOfEvent } from '../massive/fields.ts';
import { createFrameReader, type FrameReader, type TickSink } from '../massive/frames.ts';
import { readLines } from './lines.ts';
import { createPace, type Pace } from './pace.ts';
import type { Side } from './side.ts';

/** Events due within this are delivered together: timers are no finer. */
const SLICE_MS = 5;

export interface RoundOptions {
  readonly file: string;
  readonly side: Side;
  readonly speed: number | 'max';
  readonly clock: Clock;
  readonly sink: FeedSink;
  /** False once the feed has been stopped: nothing more is delivered. */
  readonly isCurrent: () => boolean;
  readonly wait: (ms: number) => Promise<void>;
  readonly onFirst: () => void;
}

const dueTime = (event: unknown): number | undefined => {
  if (typeof event !== 'object' || event === null) return undefined;
  const { t, e } = event as RawEvent;
  return timeOfEvent(t ?? e);
};

/** Plays the file once. Returns the number of market events it delivered; throws the errors of the file. */
export async function playRound(options: RoundOptions): Promise<number> {
  const { file, side, speed, clock, sink, isCurrent, onFirst } = options;
  const counter = createCounter(sink, onFirst);
  const reader = createFrameReader(counter.sink, () => {}, side.reading);
  const pace = speed === 'max' ? null : createPace(clock.now(), speed);
  for await (const lines of readLines(file)) {
    const receivedAt = clock.now();
    for (const line of lines) {
      if (!isCurrent()) return counter.events();
      if (line === '') continue;
      const frame = reader.parse(line);
      if (frame === undefined) continue;
      const events: readonly unknown[] = Array.isArray(frame) ? frame : [frame];
      if (pace !== null) await playPaced(options, reader, pace, events);
      else for (const event of events) if (side.takes(event)) reader.take(event as RawEvent, receivedAt);
    }
  }
  return counter.events();
}

/** Delivers the events of one line when they are due. */
async function playPaced(
  { side, clock, isCurrent, wait }: RoundOptions,
  reader: FrameReader,
  pace: Pace,
  events: readonly unknown[],
): Promise<void> {
  for (const event of events) {
    // Also of the other feed's events: both play at one pace.
    const time = dueTime(event);
    const waitMs = time === undefined ? 0 : pace.due(time, clock.now()) - clock.now();
    if (waitMs > SLICE_MS) await wait(waitMs);
    if (!isCurrent()) return;
    if (side.takes(event)) reader.take(event as RawEvent, clock.now());
  }
}

/** Counts the events and confirms each symbol before its first tick. */
function createCounter(sink: FeedSink, onFirst: () => void): { sink: TickSink; events(): number } {
  const flowing = new Set<string>();
  let events = 0;
  const count = (symbol: string): void => {
    if (events === 0) onFirst();
    events += 1;
    if (flowing.has(symbol)) return;
    flowing.add(symbol);
    sink.confirmed(symbol, true);
  };
  return {
    sink: {
      trade(tick) {
        count(tick.symbol);
        sink.trade(tick);
      },
      nbbo(tick) {
        count(tick.symbol);
        sink.nbbo(tick);
      },
      bar(tick) {
        count(tick.symbol);
        sink.bar(tick);
      },
      day(tick) {
        count(tick.symbol);
        sink.day(tick);
      },
      halt: sink.halt,
      dropped: sink.dropped,
    },
    events: () => events,
  };
}
