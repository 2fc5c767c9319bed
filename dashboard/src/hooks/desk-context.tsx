import { createContext, type ReactNode, useContext } from 'react';
import type { Desk } from '../realtime/desk.ts';
import { WebSocketProvider } from './websocket-context.tsx';

const DeskContext = createContext<Desk | null>(null);

export function DeskProvider({ desk, children }: { desk: Desk; children: ReactNode }) {
  const { connection, subscriptions, wire } = desk;
  return (
    <DeskContext value={desk}>
      <WebSocketProvider connection={connection} subscriptions={subscriptions} wire={wire}>
        {children}
      </WebSocketProvider>
    </DeskContext>
  );
}

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (!desk) throw new Error('useDesk needs a DeskProvider above it');
  return desk;
}
