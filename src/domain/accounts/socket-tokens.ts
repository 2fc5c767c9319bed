import { createHash, hkdfSync, randomUUID } from 'node:crypto';
import { type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { Clock } from '../../lib/clock.ts';
import { SOCKET_TOKEN_SECONDS } from '../../protocol/limits.ts';
import { hashSessionId } from './session.ts';

/** Tokens that stand for a session once, for clients that can send no cookie. */
export interface SocketTokens {
  /** `expiresIn` is in seconds. */
  issue(userId: string, sessionId: string): Promise<{ readonly token: string; readonly expiresIn: number }>;
  /** The session id behind a token, once; null for a token that is forged, expired, used, or whose session has ended. */
  redeem(token: string): Promise<string | null>;
}

/** Where used tokens and sessions are kept. */
export interface TokenStore {
  /** False where the token was used before; it is remembered until `expiresAt`, milliseconds since epoch. */
  claim(tokenId: string, expiresAt: number): Promise<boolean>;
  /** The id of the user's session with this hash; null without one. */
  findSession(userId: string, sessionHash: string): Promise<string | null>;
}

export interface SocketTokenParts {
  readonly store: TokenStore;
  /** Secrets of the session cookie, of which the keys are made: the first signs, all are accepted. */
  readonly secrets: () => readonly string[];
  readonly clock: Clock;
}

const ALGORITHM = 'HS256';
const AUDIENCE = 'tradecast:ws';
/** How far the clocks of two replicas may be apart, seconds. */
const CLOCK_TOLERANCE = 5;

/** The token names its session by a hash: it may end up in a log, and the id itself would be a key to the account. */
const claimsSchema = z.strictObject({
  aud: z.literal(AUDIENCE),
  sub: z.uuid(),
  sid: z.string(),
  jti: z.uuid(),
  exp: z.int(),
});

export function createSocketTokens({ store, secrets, clock }: SocketTokenParts): SocketTokens {
  const keyOf = createKeyring();

  async function verify(token: string): Promise<JWTPayload | null> {
    const keys = secrets().map(keyOf);
    const verified = await jwtVerify(
      token,
      ({ kid }) => {
        const key = keys.find((one) => one.id === kid);
        if (!key) throw new Error('signed by an unknown key');
        return key.bytes;
      },
      {
        algorithms: [ALGORITHM],
        audience: AUDIENCE,
        currentDate: new Date(clock.now()),
        clockTolerance: CLOCK_TOLERANCE,
      },
    ).catch(() => null);
    return verified?.payload ?? null;
  }

  return {
    async issue(userId, sessionId) {
      const [secret] = secrets();
      if (secret === undefined) throw new Error('there is no secret to sign a token with');
      const { id, bytes } = keyOf(secret);
      const token = await new SignJWT({ sid: hashSessionId(sessionId) })
        .setProtectedHeader({ alg: ALGORITHM, kid: id })
        .setAudience(AUDIENCE)
        .setSubject(userId)
        .setJti(randomUUID())
        .setExpirationTime(Math.floor(clock.now() / 1_000) + SOCKET_TOKEN_SECONDS)
        .sign(bytes);
      return { token, expiresIn: SOCKET_TOKEN_SECONDS };
    },

    async redeem(token) {
      const claims = claimsSchema.safeParse(await verify(token));
      if (!claims.success) return null;
      const { sub, sid, jti, exp } = claims.data;
      if (!(await store.claim(jti, (exp + 2 * CLOCK_TOLERANCE) * 1_000))) return null;
      return store.findSession(sub, sid);
    },
  };
}

interface Key {
  /** Names the key without revealing it. */
  readonly id: string;
  readonly bytes: Uint8Array;
}

const KEY_BYTES = 32;

/** A key of its own for each secret (RFC 5869): what signs cookies signs no tokens. */
function createKeyring(): (secret: string) => Key {
  const keys = new Map<string, Key>();
  return (secret) => {
    let key = keys.get(secret);
    if (!key) {
      const bytes = new Uint8Array(hkdfSync('sha256', secret, '', AUDIENCE, KEY_BYTES));
      key = { id: createHash('sha256').update(bytes).digest('base64url').slice(0, 8), bytes };
      keys.set(secret, key);
    }
    return key;
  };
}
