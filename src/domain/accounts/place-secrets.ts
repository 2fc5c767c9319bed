import { createHmac, timingSafeEqual } from 'node:crypto';

/** Who a connection belongs to: one session of one user. */
export interface PlaceOwner {
  readonly userId: string;
  readonly sessionHash: string;
}

/**
 * By its secret a client names the connection that it had before, and nobody else can. A secret is the id of the
 * connection, signed for its session: it is worth nothing to another session, and nothing once the connection has ended.
 */
export interface PlaceSecrets {
  issue(connectionId: string, owner: PlaceOwner): string;
  /** The connection that the secret names; null for any other text. */
  read(secret: unknown, owner: PlaceOwner): string | null;
}

const MAX_LENGTH = 256;

/** The first of `keys` signs, each of them verifies. */
export function createPlaceSecrets(keys: () => readonly string[]): PlaceSecrets {
  const sign = (key: string, connectionId: string, { userId, sessionHash }: PlaceOwner): Buffer =>
    createHmac('sha256', key)
      .update(JSON.stringify(['tradecast:place', connectionId, userId, sessionHash]))
      .digest();

  return {
    issue(connectionId, owner) {
      const [key] = keys();
      if (key === undefined) throw new Error('there is no key to sign with before the start');
      return `${connectionId}.${sign(key, connectionId, owner).toString('base64url')}`;
    },
    read(secret, owner) {
      if (typeof secret !== 'string' || secret.length > MAX_LENGTH) return null;
      const [, connectionId = '', mac = ''] = /^([\w-]+)\.([\w-]{43})$/.exec(secret) ?? [];
      const given = Buffer.from(mac, 'base64url');
      const isSigned = (key: string): boolean => {
        const own = sign(key, connectionId, owner);
        return given.length === own.length && timingSafeEqual(given, own);
      };
      return connectionId !== '' && keys().some(isSigned) ? connectionId : null;
    },
  };
}
