import type { Cancel } from '../../lib/clock.ts';
import type { PayloadOf, StateEventName } from '../../protocol/events.ts';
import type { Dialect, EncodedEvent } from '../peer.ts';

/**
 * One kind of state, by subject: the quote of a symbol, the portfolio of a user. Only the latest value of each
 * subject matters.
 */
export interface StateTopic<V, E extends StateEventName = StateEventName> {
  readonly event: E;
  /** Undefined where nothing is known of the subject. An unchanged value is the same object as before. */
  latest(subject: string): V | undefined;
  toPayload(value: V): PayloadOf<E>;
  /** A faster way to the bytes of the payload, where the dialect has one. */
  encode?(value: V, dialect: Dialect): EncodedEvent | null | undefined;
  /** A newer value replaced one that a slow peer had not received. */
  onConflated?(): void;
}

/** A topic whose values change by themselves and go to every peer that watches their subject. */
export interface StateSource<V, E extends StateEventName = StateEventName> extends StateTopic<V, E> {
  /** What the payload of the value has in the field that its declaration names as the subject. */
  subjectOf(value: V): string;
  /** Calls back with the values that changed. */
  onChange(listener: (values: readonly V[]) => void): Cancel;
  /** When this replica received the value, milliseconds since epoch; for the latency of the fan-out. */
  receivedAt?(value: V): number;
  /** The process stalled with values in hand: what is sent in place of one of them. */
  toStale?(value: V): V;
  /** The process stalled with values in hand: newer ones may be missing. */
  onStall?(): void;
}

/** A topic without the type of its values, as the lane handles it. */
export type AnyTopic = StateTopic<unknown>;
export type AnySource = StateSource<unknown>;
