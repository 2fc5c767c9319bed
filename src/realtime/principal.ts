import type { PlaceOwner } from '../domain/accounts/place-secrets.ts';
import { hashSessionId } from '../domain/accounts/session.ts';
import type { User } from '../domain/accounts/user.ts';

/** Who a peer is; nothing secret, because adapters may send it to other replicas. */
export interface Principal {
  readonly user: User;
  readonly sessionHash: string;
}

const sessionIds = new WeakMap<Principal, string>();

/** The session id stays out of the object, and so out of every log line and message that carries it. */
export function createPrincipal(user: User, sessionId: string): Principal {
  const principal = { user, sessionHash: hashSessionId(sessionId) };
  sessionIds.set(principal, sessionId);
  return principal;
}

/** Whose connection a peer is. */
export const ownerOf = ({ user, sessionHash }: Principal): PlaceOwner => ({ userId: user.id, sessionHash });

/** No session has this hash. */
const NO_SESSION = '';

/** Somebody whom nobody asks who they are, named by the address; there is no session to look at, or to end. */
export const createVisitor = (address: string): Principal => ({
  user: {
    id: `visitor:${address}`,
    username: 'visitor',
    name: 'Visitor',
    role: 'member',
    tier: 'STARTER',
    banned: false,
  },
  sessionHash: NO_SESSION,
});

export const isVisitor = ({ sessionHash }: Principal): boolean => sessionHash === NO_SESSION;

/** The secret behind a principal, for asking the database whether the session still holds. */
export const sessionIdOf = (principal: Principal): string => sessionIds.get(principal) ?? '';
