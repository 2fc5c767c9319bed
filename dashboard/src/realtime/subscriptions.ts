import type { Timers } from '../lib/timers.ts';
import { createAsker } from './asker.ts';
import { type Channel, type ChannelsOptions, createChannels } from './channels.ts';
import type { TradecastSocket } from './socket.ts';
import { createSubjects, type Subjects } from './subjects.ts';
import { KEYED_NAMES, type KeyedTopicName } from './topics.ts';

export interface SubscriptionsOptions extends Pick<ChannelsOptions, 'tradesPosition' | 'signalPositions'> {
  readonly socket: TradecastSocket;
  readonly timers: Timers;
  /** Nobody wants these subjects, and the server pushes nothing more of them. */
  onDropped(topic: KeyedTopicName, subjects: readonly string[]): void;
}

export interface Subscriptions {
  /** Wants a channel until the returned function is called. Many may; the server is asked once per connection. */
  channel(channel: Channel): () => void;
  /** The same for subjects of a topic. */
  subjects(topic: KeyedTopicName, subjects: readonly string[]): () => void;
  /** Asks again on the same connection, on which the server no longer pushes. */
  renew(channel: Channel): void;
  /** Whether the server has refused this channel for the moment; it is asked again when its wait is over. */
  isRefused(channel: Channel): boolean;
  /** The subjects wanted now. */
  wanted(topic: KeyedTopicName): string[];
  stop(): void;
}

/** What is wanted, by count, against what this connection has been asked for. Sent again after each reconnect. */
export function createSubscriptions(options: SubscriptionsOptions): Subscriptions {
  const { socket, timers, tradesPosition, signalPositions, onDropped } = options;
  const asker = createAsker(socket, timers);
  const channels = createChannels({ socket, asker, tradesPosition, signalPositions });
  const topics = Object.fromEntries(
    KEYED_NAMES.map((name) => [
      name,
      createSubjects({ socket, asker, name, onDropped: (subjects) => onDropped(name, subjects) }),
    ]),
  ) as Record<KeyedTopicName, Subjects>;

  function connected() {
    asker.timers.cancelAll();
    channels.connected();
    for (const name of KEYED_NAMES) topics[name].connected();
  }
  socket.on('connect', connected);

  return {
    channel: channels.want,
    subjects: (topic, subjects) => topics[topic].want(subjects),
    renew: channels.renew,
    isRefused: channels.isRefused,
    wanted: (topic) => topics[topic].wanted(),
    stop() {
      socket.off('connect', connected);
      asker.timers.stop();
    },
  };
}
