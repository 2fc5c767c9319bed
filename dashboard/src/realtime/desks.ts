import { createStore, type StoreApi } from 'zustand/vanilla';
import type { SessionStore } from '../stores/session.ts';
import { createDesk, type Desk, type DeskOptions } from './desk.ts';

export interface DesksOptions extends Omit<DeskOptions, 'auth' | 'tier' | 'onEnded'> {
  readonly session: SessionStore;
  readonly create?: (options: DeskOptions) => Desk;
}

/**
 * One desk per sign-in, made and ended here and not in a component: mounting twice, as StrictMode does, must
 * not cost a second connection.
 */
export function createDesks({
  session,
  create = createDesk,
  ...parts
}: DesksOptions): StoreApi<{ desk: Desk | null }> {
  const store = createStore<{ desk: Desk | null }>(() => ({ desk: null }));

  session.subscribe((state, before) => {
    if (state === before) return;
    store.getState().desk?.stop();
    if (state.status !== 'signed-in') {
      store.setState({ desk: null });
      return;
    }
    const { user, sessionID } = state;
    const desk = create({
      ...parts,
      auth: { sessionID, userId: user.id, userName: user.name },
      tier: user.tier,
      onEnded: session.end,
    });
    store.setState({ desk });
    desk.start();
  });

  return store;
}
