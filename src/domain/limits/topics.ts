import { z } from 'zod';
import { defineTopic } from '../bus/topic.ts';

/** The replica that asked has given up by then. */
const MAX_AGE_MS = 3_000;
const text = z.string().min(1);

/** Has this connection of the user gone silent? The replica that holds it ends it then. */
export interface PlaceAsked {
  readonly id: string;
  readonly userId: string;
  readonly connectionId: string;
}
export const placeAskedTopic = defineTopic<PlaceAsked>({
  name: 'place:asked',
  maxAgeMs: MAX_AGE_MS,
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
  maxAgeMs: MAX_AGE_MS,
  shape: z.looseObject({ id: text, isFree: z.boolean() }),
});
