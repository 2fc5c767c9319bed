import { createContext, type ReactNode, useContext, useEffect, useMemo } from 'react';
import { useStore } from 'zustand';
import type { Connection, ConnectionStatus } from '../realtime/connection.ts';
import type { Channel, Subscriptions } from '../realtime/subscriptions.ts';
import type { Emit, Subscribe, Wire } from '../realtime/wire.ts';

export interface WebSocketContextValue {
  readonly connected: boolean;
  readonly status: ConnectionStatus;
  /** Stable over the life of the provider. */
  readonly subscribe: Subscribe;
  readonly emit: Emit;
}

interface ProviderValue extends WebSocketContextValue {
  readonly subscriptions: Subscriptions;
}

const WebSocketContext = createContext<ProviderValue | null>(null);

export interface WebSocketProviderProps {
  readonly connection: Connection;
  readonly subscriptions: Subscriptions;
  readonly wire: Wire;
  readonly children: ReactNode;
}

/** Gives the one connection of a signed-in page to its components. It outlives their mounts and unmounts. */
export function WebSocketProvider({ connection, subscriptions, wire, children }: WebSocketProviderProps) {
  const connected = useStore(connection.state, (state) => state.connected);
  const status = useStore(connection.state, (state) => state.status);
  const value = useMemo(
    () => ({ connected, status, subscriptions, subscribe: wire.subscribe, emit: wire.emit }),
    [connected, status, subscriptions, wire],
  );
  return <WebSocketContext value={value}>{children}</WebSocketContext>;
}

function useProvider(): ProviderValue {
  const value = useContext(WebSocketContext);
  if (!value) throw new Error('useWebSocketContext needs a WebSocketProvider above it');
  return value;
}

export const useWebSocketContext = (): WebSocketContextValue => useProvider();

/** Keeps a channel subscribed while mounted. */
export function useChannel(channel: Channel): void {
  const { subscriptions } = useProvider();
  useEffect(() => subscriptions.channel(channel), [subscriptions, channel]);
}

/** Keeps quotes of these symbols coming while mounted. */
export function useSymbols(symbols: readonly string[]): void {
  const { subscriptions } = useProvider();
  const key = symbols.join(',');
  useEffect(() => (key === '' ? undefined : subscriptions.symbols(key.split(','))), [subscriptions, key]);
}
