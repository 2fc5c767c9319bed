import type { SignalDelivery } from '../../../protocol/signal-reports.ts';
import type { SignalAction, SignalStream } from '../../../protocol/signals.ts';
import type { SignalQuery } from '../signal-log.ts';
import { type LatencyBins, latencyAt } from './latency-bins.ts';

/** What one replica knows of the delivery of one signal. */
export interface DeliveryCount {
  readonly stream: SignalStream;
  readonly seq: number;
  readonly replica: string;
  /** Connections that followed the stream when the signal came. */
  readonly eligible: number;
  /** Those of them whose line accepted it. */
  readonly told: number;
  readonly latencies: LatencyBins;
  /** Names of the replicas that were known, this one among them. */
  readonly known: readonly string[];
  /** False where others may live that were not known, as while Redis is away. */
  readonly isExact: boolean;
}

/** A signal, and what the replicas have written down of it. */
export interface CountedSignal {
  readonly stream: SignalStream;
  readonly seq: number;
  readonly source: string;
  readonly id: string;
  readonly revision: number;
  readonly symbol: string;
  readonly action: SignalAction;
  /** Milliseconds since epoch. */
  readonly acceptedAt: number;
  readonly counts: readonly Omit<DeliveryCount, 'stream' | 'seq'>[];
}

/** Kept with the signals, for good. */
export interface DeliveryLog {
  /** Replaces what the same replica wrote of the same signal. */
  record(counts: readonly DeliveryCount[]): Promise<void>;
  /** Every revision, newest first. Throws NOT_FOUND where `before` names no signal. */
  list(query: SignalQuery): Promise<readonly CountedSignal[]>;
}

/** The sum over all replicas. It is whole where every replica that may have had readers has written its part. */
export function toDelivery({ counts, acceptedAt, ...signal }: CountedSignal): SignalDelivery {
  const written = new Set(counts.map(({ replica }) => replica));
  const isWhole =
    counts.length > 0 &&
    counts.every(({ isExact, known }) => isExact && known.every((name) => written.has(name)));
  const latencies = new Map<number, number>();
  for (const count of counts)
    for (const [bin, readers] of count.latencies) latencies.set(bin, (latencies.get(bin) ?? 0) + readers);
  return {
    ...signal,
    acceptedAt: new Date(acceptedAt).toISOString(),
    eligible: counts.reduce((sum, { eligible }) => sum + eligible, 0),
    told: counts.reduce((sum, { told }) => sum + told, 0),
    p50Ms: latencyAt(latencies, 0.5),
    p99Ms: latencyAt(latencies, 0.99),
    ...(!isWhole && { partial: true }),
  };
}
