import type { Reading } from './clusters.ts';
import type { RawEvent } from './events.ts';
import { createFrameReader, type StatusEvent } from './frames.ts';
import type { Recorder } from './recorder.ts';
import { createScopeRouting, type ScopeRoutingOptions } from './scope.ts';

/** What arrives from upstream, by WebSocket or REST: recorded first, then delivered as ticks. */
export interface Intake {
  /** One text frame; true where it held market data. */
  readFrame(text: string): boolean;
  take(event: RawEvent): void;
  stop(): void;
}

export interface IntakeOptions extends ScopeRoutingOptions {
  readonly reading: Reading;
  readonly recorder: Recorder | null;
  readonly onStatus: (event: StatusEvent) => void;
}

export function createIntake({ reading, recorder, onStatus, ...options }: IntakeOptions): Intake {
  const { sink, shed, clock } = options;
  const routing = createScopeRouting(options);
  let ticks = 0;
  const counted =
    <T>(deliver: (tick: T) => void) =>
    (tick: T): void => {
      ticks += 1;
      deliver(tick);
    };
  const reader = createFrameReader(
    {
      trade: counted(routing.sink.trade),
      nbbo: counted(routing.sink.nbbo),
      halt: sink.halt,
      bar: counted(sink.bar),
      day: sink.day,
      dropped: sink.dropped,
    },
    onStatus,
    reading,
    routing.readsTrade,
  );
  const take = (event: RawEvent): void => {
    recorder?.write(event);
    reader.take(event, clock.now());
  };

  return {
    take,
    stop: routing.stop,
    readFrame(text) {
      const [before, shedBefore] = [ticks, shed.trades];
      const frame = reader.parse(text);
      if (Array.isArray(frame)) for (const event of frame) take(event);
      else if (frame !== undefined) take(frame as RawEvent);
      const hasShed = shed.trades > shedBefore;
      if (hasShed) shed.lastAt = clock.now();
      return hasShed || ticks > before;
    },
  };
}
