import type { ErrorCode } from '../../../src/protocol/errors.ts';
import type { AnswerTo, ClientEvent } from '../../../src/protocol/events.ts';
import { CHANNEL_LIMIT, MAX_SYMBOLS_PER_CONNECTION } from '../../../src/protocol/limits.ts';
import type { Timers } from '../lib/timers.ts';
import { ask, type TradecastSocket } from './socket.ts';

export type Channel = 'portfolio' | 'trades';

/** Subscribing to a channel again within its window is refused, so letting go waits that long for a remount. */
const CHANNEL_LINGER_MS = CHANNEL_LIMIT.seconds * 1_000;
/** A symbol that is scrolled or clicked away may come back at once. */
const SYMBOL_LINGER_MS = 5_000;
/** Symbols asked for together go out together. */
const COALESCE_MS = 20;
/** Refusals that time mends. */
const PASSING: readonly ErrorCode[] = ['RATE_LIMITED', 'UNAVAILABLE', 'INTERNAL'];
/** Wait after an answer that names no wait of its own. */
const RETRY_MS = 5_000;

export interface SubscriptionsOptions {
  readonly socket: TradecastSocket;
  readonly timers: Timers;
  /** Where the client stands in the journal; undefined before it has read it. */
  tradesPosition(): { epoch: string; after: number } | undefined;
}

export interface Subscriptions {
  /** Wants a channel until the returned function is called. Many may; the server is asked once per connection. */
  channel(channel: Channel): () => void;
  symbols(symbols: readonly string[]): () => void;
  /** Asks again on the same connection: the server has let go of the channel. */
  renew(channel: Channel): void;
  /** Whether the server has refused this channel for the moment; it is asked again when its wait is over. */
  isRefused(channel: Channel): boolean;
  /** The symbols wanted now. */
  wantedSymbols(): string[];
  stop(): void;
}

/** What is wanted, by count, against what this connection has been asked for. Sent again after each reconnect. */
export function createSubscriptions({ socket, timers, tradesPosition }: SubscriptionsOptions): Subscriptions {
  const wantedChannels = new Map<Channel, number>();
  const wanted = new Map<string, number>();
  /** What the server has been asked for on this connection. */
  const asked = { channels: new Set<Channel>(), symbols: new Set<string>() };
  const cancels = new Map<string, () => void>();

  let stopped = false;

  const later = (key: string, ms: number, run: () => void) => {
    if (stopped) return;
    cancels.get(key)?.();
    cancels.set(
      key,
      timers.after(ms, () => {
        cancels.delete(key);
        run();
      }),
    );
  };

  /** Runs `undo` and tries again later where the server refused or stayed silent. */
  const answered = (key: string, undo: () => void, again: () => void) => {
    const generation = socket.id;
    return (answer: AnswerTo<ClientEvent> | null) => {
      if (generation !== socket.id || answer?.ok) return;
      // What is wrong with the question stays wrong: it counts as asked.
      if (answer && !PASSING.includes(answer.code)) return;
      undo();
      later(key, answer?.retryAfterMs ?? RETRY_MS, again);
    };
  };

  function askChannel(channel: Channel) {
    if (!socket.connected || asked.channels.has(channel) || !wantedChannels.get(channel)) return;
    asked.channels.add(channel);
    const done = answered(
      `ask:${channel}`,
      () => asked.channels.delete(channel),
      () => askChannel(channel),
    );
    const position = channel === 'trades' ? tradesPosition() : undefined;
    ask(socket, `subscribe:${channel}`, position ? [position] : [], done);
  }

  function dropChannel(channel: Channel) {
    if (wantedChannels.get(channel)) return;
    wantedChannels.delete(channel);
    if (!asked.channels.delete(channel) || !socket.connected) return;
    socket.emit(`unsubscribe:${channel}`);
  }

  function dropSymbols() {
    const gone = [...asked.symbols].filter((symbol) => !wanted.has(symbol));
    if (gone.length === 0 || !socket.connected) return;
    for (const symbol of gone) asked.symbols.delete(symbol);
    socket.emit('unsubscribe:watchlist', gone);
  }

  function askSymbols() {
    if (!socket.connected) return;
    const missing = [...wanted.keys()].filter((symbol) => !asked.symbols.has(symbol));
    if (missing.length === 0) return;
    if (asked.symbols.size + missing.length > MAX_SYMBOLS_PER_CONNECTION) dropSymbols();
    const fitting = missing.slice(0, MAX_SYMBOLS_PER_CONNECTION - asked.symbols.size);
    if (fitting.length === 0) return;
    for (const symbol of fitting) asked.symbols.add(symbol);
    const undo = () => {
      for (const symbol of fitting) asked.symbols.delete(symbol);
    };
    ask(socket, 'subscribe:watchlist', [fitting], answered('ask:symbols', undo, askSymbols));
  }

  function connected() {
    for (const cancel of cancels.values()) cancel();
    cancels.clear();
    asked.channels.clear();
    asked.symbols.clear();
    for (const channel of wantedChannels.keys()) askChannel(channel);
    askSymbols();
  }
  socket.on('connect', connected);

  /** Answers with a function that counts only once. */
  const once = (run: () => void) => {
    let done = false;
    return () => {
      if (!done) run();
      done = true;
    };
  };

  return {
    channel(channel) {
      wantedChannels.set(channel, (wantedChannels.get(channel) ?? 0) + 1);
      cancels.get(`drop:${channel}`)?.();
      askChannel(channel);
      return once(() => {
        wantedChannels.set(channel, wantedChannels.get(channel)! - 1);
        later(`drop:${channel}`, CHANNEL_LINGER_MS, () => dropChannel(channel));
      });
    },
    isRefused: (channel) =>
      socket.connected && Boolean(wantedChannels.get(channel)) && !asked.channels.has(channel),
    symbols(symbols) {
      for (const symbol of symbols) wanted.set(symbol, (wanted.get(symbol) ?? 0) + 1);
      if (!cancels.has('ask:symbols')) later('ask:symbols', COALESCE_MS, askSymbols);
      return once(() => {
        for (const symbol of symbols) {
          const count = wanted.get(symbol)! - 1;
          if (count > 0) wanted.set(symbol, count);
          else wanted.delete(symbol);
        }
        later('drop:symbols', SYMBOL_LINGER_MS, dropSymbols);
      });
    },
    renew(channel) {
      // While a refused question waits for its time, that wait is the renewal.
      if (asked.channels.delete(channel)) askChannel(channel);
    },
    wantedSymbols: () => [...wanted.keys()],
    stop() {
      stopped = true;
      socket.off('connect', connected);
      for (const cancel of cancels.values()) cancel();
      cancels.clear();
    },
  };
}
