import type { FeedSink } from '../../domain/market/feed.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Reading } from './clusters.ts';
import type { RawEvent } from './events.ts';
import { createFrameReader, type StatusEvent } from './frames.ts';
import type { Recorder } from './recorder.ts';

/** What arrives from upstream, by WebSocket or REST: recorded first, then delivered as ticks. */
export interface Intake {
  /** One text frame; true where it held market data. */
  readFrame(text: string): boolean;
  take(event: RawEvent): void;
}

export interface IntakeOptions {
  readonly reading: Reading;
  readonly sink: FeedSink;
  readonly recorder: Recorder | null;
  readonly clock: Clock;
  readonly onStatus: (event: StatusEvent) => void;
}

export function createIntake({ reading, sink, recorder, clock, onStatus }: IntakeOptions): Intake {
  let ticks = 0;
  const counted =
    <T>(deliver: (tick: T) => void) =>
    (tick: T): void => {
      ticks += 1;
      deliver(tick);
    };
  const reader = createFrameReader(
    {
      trade: counted(sink.trade),
      nbbo: counted(sink.nbbo),
      bar: counted(sink.bar),
      day: sink.day,
      dropped: sink.dropped,
    },
    onStatus,
    reading,
  );
  const take = (event: RawEvent): void => {
    recorder?.write(event);
    reader.take(event, clock.now());
  };

  return {
    take,
    readFrame(text) {
      const before = ticks;
      const frame = reader.parse(text);
      if (Array.isArray(frame)) for (const event of frame) take(event);
      else if (frame !== undefined) take(frame as RawEvent);
      return ticks > before;
    },
  };
}
