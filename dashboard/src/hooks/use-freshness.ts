import { useStore } from 'zustand';
import { useDesk } from './websocket-context.tsx';

/** `live`: pushed. `polled`: every few seconds. `frozen`: what is on screen is from some time ago. */
export type Freshness = 'live' | 'polled' | 'frozen';

export function useFreshness(): Freshness {
  const { connection } = useDesk();
  return useStore(connection.state, ({ status, offline }) => {
    if (status === 'connected') return 'live';
    return status === 'polling' && !offline ? 'polled' : 'frozen';
  });
}
