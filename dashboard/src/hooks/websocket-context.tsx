/** The one door of components to the socket. */
import { createContext, type ReactNode, useContext, useMemo } from 'react';
import { useStore } from 'zustand';
import type { StoreApi } from 'zustand/vanilla';
import type { Desk } from '../realtime/desk.ts';
import { type Emit, emitNowhere, type Subscribe } from '../realtime/wire.ts';
import { type ConnectionStatus, createConnectionStore } from '../stores/connection.ts';
import { NoSignIn, useOfSignIn } from './no-sign-in.tsx';
import { SharedStoresProvider } from './shared-stores.tsx';

type Desks = StoreApi<{ desk: Desk | null }>;

const MISSING = 'useWebSocketContext needs a WebSocketProvider above it';

/** Undefined without a provider, null while nobody is signed in. */
const WebSocketContext = createContext<Desk | null | undefined>(undefined);
const PageContext = createContext<Desks | null>(null);

/** What components have of the socket while nobody is signed in. */
const NO_DESK = {
  connection: { state: createConnectionStore() },
  subscribe: () => () => {},
  emit: emitNowhere,
};

/** The page's own connection, above all components: providers that are given no desk take it. */
export function PageConnection({ desks, children }: { desks: Desks; children: ReactNode }) {
  return <PageContext value={desks}>{children}</PageContext>;
}

export interface WebSocketProviderProps {
  /** Left out, as in the guide's example, it is the one of the provider above, else of the page's sign-in. */
  readonly desk?: Desk;
  readonly children: ReactNode;
}

/**
 * Gives the one connection of a sign-in, and the stores that its pages share, to the components below. The connection
 * outlives their mounts and unmounts.
 */
export function WebSocketProvider({ desk, children }: WebSocketProviderProps) {
  const above = useContext(WebSocketContext);
  const page = useContext(PageContext);
  if (desk) return <OnDesk desk={desk}>{children}</OnDesk>;
  if (above !== undefined || page === null) return children;
  return <OnPage desks={page}>{children}</OnPage>;
}

function OnDesk({ desk, children }: { desk: Desk; children: ReactNode }) {
  return (
    <WebSocketContext value={desk}>
      <SharedStoresProvider desk={desk}>{children}</SharedStoresProvider>
    </WebSocketContext>
  );
}

function OnPage({ desks, children }: { desks: Desks; children: ReactNode }) {
  const desk = useStore(desks, (held) => held.desk);
  if (desk)
    return (
      <OnDesk key={desk.sessionID} desk={desk}>
        {children}
      </OnDesk>
    );
  return (
    <WebSocketContext value={null}>
      <NoSignIn>{children}</NoSignIn>
    </WebSocketContext>
  );
}

/** For the hooks and pages of the dashboard itself. */
export const useDesk = (): Desk => useOfSignIn(useContext(WebSocketContext), MISSING);

export interface WebSocketContextValue {
  readonly connected: boolean;
  readonly status: ConnectionStatus;
  /** Calls the handler for each such event until the returned function is called; handlers outlive reconnects. */
  readonly subscribe: Subscribe;
  /** `emit('subscribe:…')` asks the server once, however often components mount, and again after each reconnect. */
  readonly emit: Emit;
}

export function useWebSocketContext(): WebSocketContextValue {
  const desk = useContext(WebSocketContext);
  if (desk === undefined) throw new Error(MISSING);
  const { connection, subscribe, emit } = desk ?? NO_DESK;
  const connected = useStore(connection.state, (state) => state.connected);
  const status = useStore(connection.state, (state) => state.status);
  return useMemo(() => ({ connected, status, subscribe, emit }), [connected, status, subscribe, emit]);
}
