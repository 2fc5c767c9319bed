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

/** The replica that asked about a place has given up by then. */
const PLACE_MAX_AGE_MS = 3_000;

/** Has this connection of the user gone silent? The replica that holds it ends it then. */
export interface PlaceAsked {
  readonly id: string;
  readonly userId: string;
  readonly connectionId: string;
}
export const placeAskedTopic = defineTopic<PlaceAsked>({
  name: 'place:asked',
  maxAgeMs: PLACE_MAX_AGE_MS,
  shape: z.looseObject({ id: text, userId: text, connectionId: text }),
});

/** The answer of the replica that holds the connection. */
export interface PlaceAnswer {
  readonly id: string;
  /** False where the connection lives. */
  readonly isFree: boolean;
}
export const placeTopic = defineTopic<PlaceAnswer>({
  name: 'place',
  maxAgeMs: PLACE_MAX_AGE_MS,
  shape: z.looseObject({ id: text, isFree: z.boolean() }),
});
