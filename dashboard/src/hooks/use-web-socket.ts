import { useEffect, useMemo, useRef } from 'react';
import { toSymbol } from '../lib/symbols.ts';
import { useDesk, useWebSocketContext } from './websocket-context.tsx';

export interface WebSocketHandle {
  readonly isConnected: boolean;
  /** Keeps quotes of these symbols coming until `unsubscribe` or until the component unmounts. */
  subscribe(symbols: readonly string[]): void;
  unsubscribe(symbols: readonly string[]): void;
}

/** Quotes by subscription; reconnects by itself. */
export function useWebSocket(): WebSocketHandle {
  const { subscriptions } = useDesk();
  const { connected } = useWebSocketContext();
  const kept = useRef(new Map<string, () => void>());

  const actions = useMemo(() => {
    const releases = kept.current;
    return {
      subscribe(symbols: readonly string[]) {
        for (const symbol of symbols.map(toSymbol))
          if (!releases.has(symbol)) releases.set(symbol, subscriptions.subjects('quote', [symbol]));
      },
      unsubscribe(symbols: readonly string[]) {
        for (const symbol of symbols.map(toSymbol)) {
          releases.get(symbol)?.();
          releases.delete(symbol);
        }
      },
    };
  }, [subscriptions]);

  useEffect(() => {
    const releases = kept.current;
    return () => actions.unsubscribe([...releases.keys()]);
  }, [actions]);

  return { isConnected: connected, ...actions };
}
