import type { Cancel } from '../../lib/clock.ts';

/** How well the bus reaches the other replicas. */
export interface BusLink {
  /** `off`: there is one replica and nothing to reach. `down`: our own heartbeat no longer comes back. */
  state(): 'off' | 'ok' | 'down';
  /** Why it is down, without a full stop; null otherwise. */
  problem(): string | null;
  /** From sending our last heartbeat to receiving it; null before the first and without a link. */
  lagMs(): number | null;
  /** Since the process started. */
  readonly counters: Readonly<LinkCounters>;
  /** Returns what ends the subscription. */
  onChange(listener: (state: 'ok' | 'down') => void): Cancel;
}

export interface LinkCounters {
  /** Messages that could not be sent over Redis. */
  failed: number;
  /** Messages dropped on arrival, by reason. */
  malformed: number;
  late: number;
  version: number;
  /** Subscriptions begun again. */
  resubscribed: number;
  /** Messages sent over the relay, because Redis is away from us or from another replica. */
  relayed: number;
  relayFailed: number;
}

export const newLinkCounters = (): LinkCounters => ({
  failed: 0,
  malformed: 0,
  late: 0,
  version: 0,
  resubscribed: 0,
  relayed: 0,
  relayFailed: 0,
});
