import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Api, Credentials, SignedIn } from '../lib/api.ts';
import { ApiError } from '../lib/api.ts';

/** Why somebody who was signed in no longer is. */
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
  /** The server has ended the session. */
  end(reason: EndReason): void;
}

export function createSessionStore({
  api,
}: {
  api: Pick<Api, 'session' | 'signIn' | 'signUp' | 'signOut'>;
}): SessionStore {
  const store = createStore<SessionState>(() => ({ status: 'checking' }));
  const enter = ({ user, sessionID }: SignedIn) =>
    store.setState({ status: 'signed-in', user, sessionID }, true);
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
      await api.signOut();
      leave(null);
    },
    end(reason) {
      if (store.getState().status === 'signed-in') leave(reason);
    },
  };
}
