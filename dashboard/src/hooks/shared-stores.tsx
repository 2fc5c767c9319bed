import type { ReactNode } from 'react';
import type { Desk } from '../realtime/desk.ts';
import { createSharedStores, type SharedStores } from '../stores/shared.ts';
import { useOfSignIn } from './no-sign-in.tsx';
import { createStoresContext } from './stores-context.tsx';

const PROVIDER = 'WebSocketProvider';
const { Provider, useStoresIfAny } = createStoresContext<SharedStores>(PROVIDER);

/** Makes the stores that all pages of a sign-in share. */
export function SharedStoresProvider({ desk, children }: { desk: Desk; children: ReactNode }) {
  const { api, timers, states, events, connection, onReturn } = desk;
  const { onConnect } = connection;
  return (
    <Provider
      create={() => createSharedStores({ api, timers, events, onConnect, onReturn, quotes: states.quote })}
    >
      {children}
    </Provider>
  );
}

export const useSharedStores = (): SharedStores =>
  useOfSignIn(useStoresIfAny(), `${PROVIDER} is missing above this component`);
