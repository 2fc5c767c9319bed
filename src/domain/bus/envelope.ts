import type { Topic } from './topic.ts';

/**
 * Raised when a message changes so that an older replica would misread it;
 * new topics, fields and values do not raise it.
 */
export const BUS_VERSION = 2;

/**
 * A message from further in the future is dropped: its age is unknown, and it would count as fresh for as much longer.
 * NTP keeps clocks milliseconds apart; this bounds what a wrong clock may do until an operator sets it.
 */
export const MAX_MESSAGE_AHEAD_MS = 2_000;

/** What goes between replicas, over whichever line. */
export interface Envelope<Message = unknown> {
  readonly version: number;
  /** When it was published, milliseconds since epoch by the publisher's clock. */
  readonly at: number;
  readonly message: Message;
}

/** Why a message that arrived is not passed on. `late` means outside its time: a wrong clock causes it, too. */
export type DropReason = 'malformed' | 'late' | 'version';

/** Opens what arrived. Unknown fields are left alone: they are a newer replica's. */
export function openEnvelope<Message>(
  topic: Topic<Message>,
  envelope: unknown,
  now: number,
): { readonly message: Message } | { readonly dropped: DropReason } {
  if (typeof envelope !== 'object' || envelope === null) return { dropped: 'malformed' };
  const { version, at, message } = envelope as Partial<Record<keyof Envelope, unknown>>;
  if (typeof version !== 'number' || typeof at !== 'number' || !Number.isFinite(at)) {
    return { dropped: 'malformed' };
  }
  if (version !== BUS_VERSION) return { dropped: 'version' };
  if (!isInTime(topic, now - at)) return { dropped: 'late' };
  return topic.accepts(message) ? { message } : { dropped: 'malformed' };
}

const isInTime = ({ maxAgeMs, mayBeAhead }: Topic, age: number): boolean =>
  age <= maxAgeMs && (mayBeAhead || age >= -MAX_MESSAGE_AHEAD_MS);
