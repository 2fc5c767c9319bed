import type { z } from 'zod';

/** The reader of what only the engine needs; ids of users contain no star. */
export const ENGINE = '*engine';

/** One kind of message between replicas. It stands with its owner; the bus knows topics only as values. */
export interface Topic<Message = unknown> {
  /** The name on the wire. */
  readonly name: string;
  /** A message that arrives older than this is dropped: the database has what it said, or it is published again. */
  readonly maxAgeMs: number;
  /** Whether a message may come from the future: only where nothing trusts its time. */
  readonly mayBeAhead: boolean;
  /**
   * Whether a message that comes back to its sender proves that the line works.
   * It is sent on a line that is down, too.
   */
  readonly isProbe: boolean;
  /**
   * For whom a message is: a user, or `ENGINE`. A replica without them has no use for it; undefined where every replica
   * has. What is published in one turn of the loop leaves together then.
   */
  readerOf?(message: Message): string;
  /** Whether a message from another replica has everything that its readers touch. */
  accepts(message: unknown): message is Message;
  /**
   * Makes few messages of many, for a slow line;
   * undefined where each message counts. `maxBytes` bounds one message as JSON.
   */
  conflation?(maxBytes: number): Conflation<Message>;
}

/** The messages of one topic since the last `take`, as few messages of a bounded size. */
export interface Conflation<Message> {
  add(message: Message): void;
  /** At most `limit` messages; the rest stays for the next time. */
  take(limit: number): Message[];
  clear(): void;
}

export interface TopicOptions<Message>
  extends Pick<Topic<Message>, 'name' | 'maxAgeMs' | 'readerOf' | 'conflation'>,
    Partial<Pick<Topic, 'mayBeAhead' | 'isProbe'>> {
  /**
   * What a message must have before any part touches it. Open at both ends: a newer replica may add fields and values,
   * so the shape names no enum, and a message is passed on as it came.
   */
  readonly shape: z.ZodType | ((message: unknown) => boolean);
}

export function defineTopic<Message>(options: TopicOptions<Message>): Topic<Message> {
  const { shape, mayBeAhead = false, isProbe = false, ...rest } = options;
  const accepts =
    typeof shape === 'function' ? shape : (message: unknown): boolean => shape.safeParse(message).success;
  return { ...rest, mayBeAhead, isProbe, accepts: (message): message is Message => accepts(message) };
}
