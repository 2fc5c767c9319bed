import { CHANNEL_LIMIT } from '../../../src/protocol/limits.ts';
import type { SignalPositions } from '../../../src/protocol/signals.ts';
import { once } from '../lib/once.ts';
import type { Asker } from './asker.ts';
import type { TradecastSocket } from './socket.ts';

export type Channel = 'portfolio' | 'trades' | 'signals' | 'darkpool';

/** Subscribing again within this window is refused, so a channel without users is kept that long. */
const REFUSED_MS = CHANNEL_LIMIT.seconds * 1_000;
/** How long a channel without users is kept. Off-exchange totals are many, and may be asked for again sooner. */
const LINGER_MS: Readonly<Record<Channel, number>> = {
  portfolio: REFUSED_MS,
  trades: REFUSED_MS,
  signals: REFUSED_MS,
  darkpool: 5_000,
};

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
  /** The same of the streams of signals. */
  signalPositions(): SignalPositions | undefined;
}

/** Channels as a whole: how many want each, and which ones this connection has been asked for. */
export function createChannels(options: ChannelsOptions): Channels {
  const { socket, asker, tradesPosition, signalPositions } = options;
  const wanted = new Map<Channel, number>();
  const asked = new Set<Channel>();

  /** What the server resumes from. */
  function argsOf(channel: Channel) {
    const position = channel === 'trades' ? tradesPosition() : undefined;
    const positions = channel === 'signals' ? signalPositions() : undefined;
    return positions ? { positions } : position;
  }

  function subscribe(channel: Channel) {
    if (!socket.connected || asked.has(channel) || !wanted.get(channel)) return;
    asked.add(channel);
    const position = argsOf(channel);
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
        asker.timers.set(`drop:${channel}`, LINGER_MS[channel], () => drop(channel));
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
