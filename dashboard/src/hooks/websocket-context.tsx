/** The one door of components to the socket. */
import { createContext, type ReactNode, useContext, useMemo } from 'react';
import { useStore } from 'zustand';
import type { Desk } from '../realtime/desk.ts';
import type { Emit, Subscribe } from '../realtime/wire.ts';
import type { ConnectionStatus } from '../stores/connection.ts';
import { SharedStoresProvider } from './shared-stores.tsx';

const WebSocketContext = createContext<Desk | null>(null);

export interface WebSocketProviderProps {
  /** Left out, as in the guide's example, it is the one of the page around. */
  readonly desk?: Desk;
  readonly children: ReactNode;
}

/**
 * Gives the one connection of a sign-in, and the stores that its pages share, to the components below. The connection
 * outlives their mounts and unmounts.
 */
export function WebSocketProvider({ desk, children }: WebSocketProviderProps) {
  if (!desk) return children;
  return (
    <WebSocketContext value={desk}>
      <SharedStoresProvider desk={desk}>{children}</SharedStoresProvider>
    </WebSocketContext>
  );
}

/** For the hooks and pages of the dashboard itself. */
export function useDesk(): Desk {
  const desk = useContext(WebSocketContext);
  if (!desk) throw new Error('useWebSocketContext needs a WebSocketProvider above it');
  return desk;
}

export interface WebSocketContextValue {
  readonly connected: boolean;
  readonly status: ConnectionStatus;
  /** Calls the handler for each such event until the returned function is called; handlers outlive reconnects. */
  readonly subscribe: Subscribe;
  /** `emit('subscribe:…')` asks the server once, however often components mount, and again after each reconnect. */
  readonly emit: Emit;
}

export function useWebSocketContext(): WebSocketContextValue {
  const { connection, subscribe, emit } = useDesk();
  const connected = useStore(connection.state, (state) => state.connected);
  const status = useStore(connection.state, (state) => state.status);
  return useMemo(() => ({ connected, status, subscribe, emit }), [connected, status, subscribe, emit]);
}
