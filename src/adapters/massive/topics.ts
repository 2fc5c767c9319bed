import type { Clock } from '../../lib/clock.ts';

/** Trades, NBBO quotes, second and minute bars, price limits and halts. The plan decides which of them flow. */
export type Channel = 'T' | 'Q' | 'A' | 'AM' | 'LULD';
export type Topic = `${Channel}.${string}`;

/** An acknowledgement that is not there by then will not come. */
export const ACK_TIMEOUT_MS = 10_000;
/** Unknown topics and channels outside the plan are never acknowledged. */
const MAX_ATTEMPTS = 2;
/** Keeps one message well below the size of a frame. */
const TOPICS_PER_MESSAGE = 400;

const SUBSCRIBED = 'subscribed to: ';
/** Upstream's text (sic). */
const UNSUBSCRIBED = 'unsubscribed to: ';

export interface Topics {
  /**
   * Subscribes and unsubscribes so that exactly these topics are held. Only the symbols that are `followed` flow: the others
   * have topics of their own use.
   */
  want(topics: ReadonlySet<Topic>, isFollowed: (symbol: string) => boolean): void;
  /** Takes the text of a `success` status. False where it acknowledges nothing that was requested. */
  acknowledge(message: string): boolean;
  isConfirmed(topic: Topic): boolean;
  /** Some topic of the channel was confirmed: the plan includes it. */
  hasConfirmed(channel: Channel): boolean;
  /** Channels that were never acknowledged although others were: not in the plan. */
  refusedChannels(): Channel[];
  stop(): void;
}

export interface TopicsOptions {
  readonly clock: Clock;
  /** Those in use here, in the order in which they are requested. */
  readonly channels: readonly Channel[];
  readonly send: (action: 'subscribe' | 'unsubscribe', topics: readonly string[]) => void;
  /** A symbol's first topic was confirmed (true), or its last one ended (false). */
  readonly onFlow: (symbol: string, flowing: boolean) => void;
  /** A symbol flows from now on without its quotes. */
  readonly onUnquoted: (symbol: string) => void;
  /** Topics given up after the last attempt. */
  readonly onUnanswered: (topics: readonly string[]) => void;
}

type Held = { confirmed: boolean; askedAt: number; attempts: number };

const symbolOf = (topic: string): string => topic.slice(topic.indexOf('.') + 1);
const channelOf = (topic: string): string => topic.slice(0, topic.indexOf('.'));
/** Halts alone make no price. */
const isPriced = (channel: Channel): boolean => channel !== 'LULD';
const isQuotes = (topic: string): boolean => channelOf(topic) === 'Q';

/** The topics of one connection: requested, acknowledged, or given up. */
export function createTopics(options: TopicsOptions): Topics {
  const { clock, channels, send, onFlow, onUnquoted, onUnanswered } = options;
  const held = new Map<string, Held>();
  const channelsConfirmed = new Set<string>();
  let followed = (_symbol: string): boolean => false;

  const arrives = (symbol: string): boolean =>
    channels.filter(isPriced).some((channel) => held.get(`${channel}.${symbol}`)?.confirmed === true);
  const flows = (symbol: string): boolean => followed(symbol) && arrives(symbol);

  /** One channel a message: the answer does not name the channel that the plan lacks. */
  const sendByChannel = (action: 'subscribe' | 'unsubscribe', topics: readonly string[]): void => {
    for (const channel of channels) {
      const ofChannel = topics.filter((topic) => channelOf(topic) === channel);
      for (let i = 0; i < ofChannel.length; i += TOPICS_PER_MESSAGE) {
        send(action, ofChannel.slice(i, i + TOPICS_PER_MESSAGE));
      }
    }
  };

  const checkAcks = (): void => {
    const now = clock.now();
    const late = [...held].filter(
      ([, topic]) =>
        !topic.confirmed && topic.attempts <= MAX_ATTEMPTS && now - topic.askedAt >= ACK_TIMEOUT_MS,
    );
    const again: string[] = [];
    const given: string[] = [];
    for (const [name, topic] of late) {
      topic.attempts += 1;
      topic.askedAt = now;
      (topic.attempts <= MAX_ATTEMPTS ? again : given).push(name);
    }
    sendByChannel('subscribe', again);
    if (given.length > 0) onUnanswered(given);
  };
  const stopChecking = clock.every(ACK_TIMEOUT_MS / 4, checkAcks);

  return {
    want(topics, isFollowed) {
      const wanted: ReadonlySet<string> = topics;
      const added = [...wanted].filter((topic) => !held.has(topic));
      const removed = [...held.keys()].filter((topic) => !wanted.has(topic));
      const symbols = new Set([...held.keys()].map(symbolOf));
      const flowed = new Set([...symbols].filter(flows));
      followed = isFollowed;
      for (const topic of added) held.set(topic, { confirmed: false, askedAt: clock.now(), attempts: 1 });
      for (const topic of removed) held.delete(topic);
      for (const symbol of symbols) if (flows(symbol) !== flowed.has(symbol)) onFlow(symbol, flows(symbol));
      for (const symbol of removed.filter(isQuotes).map(symbolOf)) if (flows(symbol)) onUnquoted(symbol);
      sendByChannel('unsubscribe', removed);
      sendByChannel('subscribe', added);
    },
    acknowledge(message) {
      if (message.startsWith(UNSUBSCRIBED)) return true;
      if (!message.startsWith(SUBSCRIBED)) return false;
      const name = message.slice(SUBSCRIBED.length);
      const topic = held.get(name);
      if (!topic) return false;
      const symbol = symbolOf(name);
      const flowed = flows(symbol);
      topic.confirmed = true;
      channelsConfirmed.add(channelOf(name));
      if (flowed || !followed(symbol)) return true;
      onFlow(symbol, true);
      if (!held.has(`Q.${symbol}`)) onUnquoted(symbol);
      return true;
    },
    isConfirmed: (topic) => held.get(topic)?.confirmed === true,
    hasConfirmed: (channel) => channelsConfirmed.has(channel),
    refusedChannels() {
      if (channelsConfirmed.size === 0) return [];
      const asked = new Set(
        [...held].filter(([, { attempts }]) => attempts > MAX_ATTEMPTS).map(([name]) => channelOf(name)),
      );
      return channels.filter((channel) => asked.has(channel) && !channelsConfirmed.has(channel));
    },
    stop: stopChecking,
  };
}
