import { z } from 'zod';
import type { SessionRevokedPayload } from '../../protocol/connection.ts';
import { SESSION_CHECK_INTERVAL_MS } from '../../protocol/limits.ts';
import { defineTopic } from '../bus/topic.ts';

/** A session, or every session of a user, has ended in the database. */
export type RevokedMessage = { readonly reason: SessionRevokedPayload['reason'] } & (
  | { readonly sessionHash: string }
  | { readonly userId: string }
);

const text = z.string().min(1);
export const revokedTopic = defineTopic<RevokedMessage>({
  name: 'revoked',
  // The sessions of open sockets have been read from the database by then.
  maxAgeMs: SESSION_CHECK_INTERVAL_MS,
  // Any reason ends the session: a revocation must not be lost because it is new.
  shape: z.intersection(
    z.looseObject({ reason: text }),
    z.union([z.looseObject({ sessionHash: text }), z.looseObject({ userId: text })]),
  ),
});
