import type { JournalEntryPayload } from '../../../src/protocol/events.ts';
import { MAX_TRADES_PAGE } from '../../../src/protocol/limits.ts';
import { createEventStream, type EventStream, type EventStreamOptions } from './event-stream.ts';

/** A reader of the event lane. */
export interface EventFollower {
  /** One event, in its turn. `missed`: it happened while this browser was not connected. */
  onEvent(entry: JournalEntryPayload, missed: boolean): void;
  /** Start over with these, oldest first. */
  onReset(entries: readonly JournalEntryPayload[]): void;
  onLoadFailed(): void;
}

export interface EventLane extends EventStream {
  /** Follows until the returned function is called; what is known already comes at once. */
  follow(follower: EventFollower): () => void;
}

export type EventLaneOptions = Omit<EventStreamOptions, keyof EventFollower> & {
  /** The position is known now. */
  onLoaded(): void;
};

/** One stream of events for all pages. It keeps the newest ones for pages that open later. */
export function createEventLane({ onLoaded, ...options }: EventLaneOptions): EventLane {
  const followers = new Set<EventFollower>();
  let known: JournalEntryPayload[] | null = null;

  const stream = createEventStream({
    ...options,
    onEvent(entry, missed) {
      known ??= [];
      known.push(entry);
      if (known.length > MAX_TRADES_PAGE) known.shift();
      for (const follower of followers) follower.onEvent(entry, missed);
    },
    onReset(entries) {
      known = [...entries];
      for (const follower of followers) follower.onReset(entries);
      onLoaded();
    },
    onLoadFailed() {
      for (const follower of followers) follower.onLoadFailed();
    },
  });

  return {
    ...stream,
    follow(follower) {
      followers.add(follower);
      if (known) follower.onReset([...known]);
      return () => void followers.delete(follower);
    },
  };
}
