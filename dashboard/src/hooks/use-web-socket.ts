import { useEffect, useMemo } from 'react';
import type { PayloadOf, ServerToClientEvents } from '../../../src/protocol/events.ts';
import type { PlainMarketStatus, PlainOptionUpdate, PlainQuote } from '../../../src/protocol/plain.ts';
import { toPlainMessage } from '../../../src/protocol/plain-words.ts';
import { toSymbol } from '../lib/symbols.ts';
import type { Desk } from '../realtime/desk.ts';
import type { KeyedTopicName } from '../realtime/topics.ts';
import { useDesk, useWebSocketContext } from './websocket-context.tsx';

/** What a handler gets of the market, as /api/socket would write it. */
export type SocketMessage = PlainQuote | PlainOptionUpdate | PlainMarketStatus;

export interface WebSocketHandle {
  readonly isConnected: boolean;
  /** Keeps quotes of these symbols coming until `unsubscribe` or until the component unmounts. */
  subscribe(symbols: readonly string[]): void;
  unsubscribe(symbols: readonly string[]): void;
  /** The same for option contracts, as `O:SPY251219C00650000`. */
  subscribeToOptions(contractIds: readonly string[]): void;
  unsubscribeFromOptions(contractIds: readonly string[]): void;
  /**
   * Calls the handler for what the page's connection receives of the market, until the returned function is called or
   * the component unmounts. Call it in an effect.
   */
  onMessage(handler: (message: SocketMessage) => void): () => void;
}

const MARKET_EVENTS = ['quote:update', 'option:update', 'market:status'] as const;
type MarketEvent = (typeof MARKET_EVENTS)[number];

/** What one component keeps coming. `end` lets go of all of it. */
function createHandle({ subscriptions, subscribe, timers }: Desk) {
  const kept = new Map<string, () => void>();
  const handlers = new Set<() => void>();
  const release = (key: string) => {
    kept.get(key)?.();
    kept.delete(key);
  };
  const keeping = (topic: KeyedTopicName) => ({
    add(names: readonly string[]) {
      for (const name of names.map(toSymbol)) {
        const key = `${topic} ${name}`;
        if (!kept.has(key)) kept.set(key, subscriptions.subjects(topic, [name]));
      }
    },
    remove(names: readonly string[]) {
      for (const name of names.map(toSymbol)) release(`${topic} ${name}`);
    },
  });
  const quotes = keeping('quote');
  const options = keeping('option');

  function onMessage(handler: (message: SocketMessage) => void) {
    const follow = <E extends MarketEvent>(event: E) => {
      const take = (payload: PayloadOf<E>): void => {
        const message = toPlainMessage(event, payload, timers.now());
        if (message && isOfMarket(message)) handler(message);
      };
      return subscribe(event, take as ServerToClientEvents[E]);
    };
    const stops = MARKET_EVENTS.map((event) => follow(event));
    const stop = () => {
      for (const one of stops) one();
      handlers.delete(stop);
    };
    handlers.add(stop);
    return stop;
  }

  return {
    actions: {
      subscribe: quotes.add,
      unsubscribe: quotes.remove,
      subscribeToOptions: options.add,
      unsubscribeFromOptions: options.remove,
      onMessage,
    },
    end() {
      for (const key of [...kept.keys()]) release(key);
      for (const stop of [...handlers]) stop();
    },
  };
}

const isOfMarket = (message: { readonly type: string }): message is SocketMessage =>
  ['quote', 'option_update', 'market_status'].includes(message.type);

/** Quotes and option contracts by subscription; reconnects by itself. */
export function useWebSocket(): WebSocketHandle {
  const desk = useDesk();
  const { connected } = useWebSocketContext();
  const handle = useMemo(() => createHandle(desk), [desk]);
  useEffect(() => handle.end, [handle]);
  return useMemo(() => ({ isConnected: connected, ...handle.actions }), [connected, handle]);
}
