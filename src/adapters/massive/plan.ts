import type { Channel } from './topics.ts';

/** What the plan of one key lacks. It outlives a connection, because upstream names no channel: to learn it takes 20 s. */
export interface KnownPlan {
  lacks(channel: Channel): boolean;
  /** Upstream has refused something, and confirmed no topic of these. */
  refuse(channels: readonly Channel[]): void;
  /** True where a channel that the plan lacked is confirmed now: it has changed. */
  grant(isConfirmed: (channel: Channel) => boolean): boolean;
}

export function createKnownPlan(): KnownPlan {
  const lacking = new Set<Channel>();

  return {
    lacks: (channel) => lacking.has(channel),
    refuse(channels) {
      for (const channel of channels) lacking.add(channel);
    },
    grant(isConfirmed) {
      const granted = [...lacking].filter(isConfirmed);
      for (const channel of granted) lacking.delete(channel);
      return granted.length > 0;
    },
  };
}
