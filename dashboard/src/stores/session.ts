import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Api, Credentials, SignedIn } from '../lib/api.ts';
import { ApiError } from '../lib/http.ts';

/** Why a session ended. */
export type EndReason = 'logout' | 'expired' | 'banned' | 'invalid';

export type SessionState =
  | { readonly status: 'checking' }
  | { readonly status: 'unreachable'; readonly message: string }
  | { readonly status: 'signed-out'; readonly reason: EndReason | null }
  | ({ readonly status: 'signed-in' } & SignedIn);

export interface SessionStore extends StoreApi<SessionState> {
  /** Finds out whether the cookie is a session. */
  check(): Promise<void>;
  /** Throws ApiError with the server's refusal. */
  signIn(credentials: Credentials): Promise<void>;
  signUp(credentials: Credentials): Promise<void>;
  signOut(): Promise<void>;
  /** The server has ended the session. A newer one of this browser, from another tab, replaces it. */
  end(reason: EndReason): Promise<void>;
}

export function createSessionStore({
  api,
}: {
  api: Pick<Api, 'session' | 'signIn' | 'signUp' | 'signOut'>;
}): SessionStore {
  const store = createStore<SessionState>(() => ({ status: 'checking' }));
  const enter = ({ user, sessionID }: SignedIn) =>
    store.setState({ status: 'signed-in', user, sessionID }, true);
  /** A reader who signs out needs no reason for the end of the session. */
  let leaving = false;
  const leave = (reason: EndReason | null) => store.setState({ status: 'signed-out', reason }, true);

  return {
    ...store,
    async check() {
      store.setState({ status: 'checking' }, true);
      try {
        enter(await api.session());
      } catch (error) {
        if (error instanceof ApiError && error.answered && error.code === 'UNAUTHENTICATED')
          return leave(null);
        store.setState({ status: 'unreachable', message: (error as Error).message }, true);
      }
    },
    signIn: async (credentials) => enter(await api.signIn(credentials)),
    signUp: async (credentials) => enter(await api.signUp(credentials)),
    async signOut() {
      leaving = true;
      try {
        await api.signOut();
        leave(null);
      } finally {
        leaving = false;
      }
    },
    async end(reason) {
      const state = store.getState();
      if (state.status !== 'signed-in') return;
      if (leaving) return leave(null);
      store.setState({ status: 'checking' }, true);
      const found = await api.session().catch(() => null);
      // The same one again has just been refused: to enter it would go round in circles.
      if (found && found.sessionID !== state.sessionID) enter(found);
      else leave(reason);
    },
  };
}
