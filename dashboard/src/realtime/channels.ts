import { CHANNEL_LIMIT } from '../../../src/protocol/limits.ts';
import { once } from '../lib/once.ts';
import type { Asker } from './asker.ts';
import type { TradecastSocket } from './socket.ts';

export type Channel = 'portfolio' | 'trades';

/** Subscribing again within this window is refused, so a channel without users is kept that long. */
const LINGER_MS = CHANNEL_LIMIT.seconds * 1_000;

export interface Channels {
  /** Wants a channel until the returned function is called. */
  want(channel: Channel): () => void;
  renew(channel: Channel): void;
  isRefused(channel: Channel): boolean;
  /** A new connection knows of no channel yet. */
  connected(): void;
}

export interface ChannelsOptions {
  readonly socket: TradecastSocket;
  readonly asker: Asker;
  /** Where this browser stands in the journal; undefined before it has read it. */
  tradesPosition(): { epoch: string; after: number } | undefined;
}

/** Channels as a whole: how many want each, and which ones this connection has been asked for. */
export function createChannels({ socket, asker, tradesPosition }: ChannelsOptions): Channels {
  const wanted = new Map<Channel, number>();
  const asked = new Set<Channel>();

  function subscribe(channel: Channel) {
    if (!socket.connected || asked.has(channel) || !wanted.get(channel)) return;
    asked.add(channel);
    const position = channel === 'trades' ? tradesPosition() : undefined;
    asker.ask(`ask:${channel}`, {
      event: `subscribe:${channel}`,
      args: position ? [position] : [],
      undo: () => asked.delete(channel),
      again: () => subscribe(channel),
    });
  }

  function drop(channel: Channel) {
    if (wanted.get(channel)) return;
    wanted.delete(channel);
    if (asked.delete(channel) && socket.connected) socket.emit(`unsubscribe:${channel}`);
  }

  return {
    want(channel) {
      wanted.set(channel, (wanted.get(channel) ?? 0) + 1);
      asker.timers.cancel(`drop:${channel}`);
      subscribe(channel);
      return once(() => {
        wanted.set(channel, wanted.get(channel)! - 1);
        asker.timers.set(`drop:${channel}`, LINGER_MS, () => drop(channel));
      });
    },
    renew(channel) {
      // While a refused question waits for its time, that wait is the renewal.
      if (asked.delete(channel)) subscribe(channel);
    },
    isRefused: (channel) => socket.connected && Boolean(wanted.get(channel)) && !asked.has(channel),
    connected() {
      asked.clear();
      for (const channel of wanted.keys()) subscribe(channel);
    },
  };
}
