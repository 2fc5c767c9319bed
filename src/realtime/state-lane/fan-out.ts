import type { Cancel, Clock } from '../../lib/clock.ts';
import type { RealtimeMetrics } from '../../metrics/realtime.ts';
import type { StateLane, StateUpdate } from './lane.ts';
import type { LatencyWindow } from './latency-window.ts';
import { createPacer } from './pacer.ts';
import type { AnySource } from './topic.ts';

/** When state goes to the peers: values as they change, the rest with the tick, both as the pacer allows. */
export interface FanOut {
  /** Values of one source changed. */
  add(source: AnySource, values: readonly unknown[]): void;
  tick(): void;
  stop: Cancel;
}

export interface FanOutParts {
  readonly lane: Pick<StateLane, 'publish' | 'tick'>;
  /** Offers what is due by time, before the tick writes; true where more of it waits for another turn of the loop. */
  readonly beforeTick: () => boolean;
  readonly metrics: Pick<RealtimeMetrics, 'startFlush'>;
  readonly latency: Pick<LatencyWindow, 'record'>;
  readonly clock: Clock;
}

/** Values wait for the pacer at most half a second in a process that runs; older ones are not the state of now. */
const MAX_WAIT_MS = 1_500;

export function createFanOut({ lane, beforeTick, metrics, latency, clock }: FanOutParts): FanOut {
  /** The latest value of each subject that has not been published. */
  const waiting = new Map<AnySource, Map<string, unknown>>();
  let waitingSince = 0;
  let tickDue = false;
  const pacer = createPacer(clock, () => {
    publish();
    if (!tickDue) return;
    tickDue = beforeTick();
    lane.tick();
    if (tickDue) pacer.request();
  });

  function publish(): void {
    if (waiting.size === 0) return;
    const isOld = !(clock.now() - waitingSince <= MAX_WAIT_MS);
    const updates = [...waiting].map(([source, values]) =>
      isOld ? toStale(source, values) : { topic: source, values },
    );
    const receivedAt = receiptOf(waiting);
    waiting.clear();
    const end = metrics.startFlush();
    lane.publish(updates);
    end();
    if (receivedAt !== undefined) latency.record(clock.now() - receivedAt);
  }

  return {
    add(source, values) {
      if (values.length === 0) return;
      if (waiting.size === 0) waitingSince = clock.now();
      const latest = waiting.get(source) ?? new Map<string, unknown>();
      waiting.set(source, latest);
      for (const value of values) latest.set(source.subjectOf(value), value);
      pacer.request();
    },
    tick() {
      tickDue = true;
      pacer.request();
    },
    stop: pacer.stop,
  };
}

function toStale(source: AnySource, values: ReadonlyMap<string, unknown>): StateUpdate {
  source.onStall?.();
  if (!source.toStale) return { topic: source, values };
  const stale = new Map<string, unknown>();
  for (const [subject, value] of values) stale.set(subject, source.toStale(value));
  return { topic: source, values: stale };
}

/** Of the first value that has one. */
function receiptOf(waiting: ReadonlyMap<AnySource, ReadonlyMap<string, unknown>>): number | undefined {
  for (const [source, values] of waiting)
    for (const value of values.values()) if (source.receivedAt) return source.receivedAt(value);
  return undefined;
}
