/** How a message is declared. One declaration per message; `events.ts` collects them and derives the rest. */
import type { ZodObject, ZodType } from 'zod';
import type { ErrorCode } from './errors.ts';
import type { RateLimit } from './limits.ts';

/** Type-level marks: they carry a type through the declaration and have no value. */
declare const ACK: unique symbol;
declare const PAYLOAD: unique symbol;
declare const DATA: unique symbol;

/** Events that repeat an ack's content, for clients that give no ack. */
export type ReplyEvent = 'subscription:confirmed' | 'unsubscription:confirmed';

export interface CommandDeclaration {
  /** What a client may send; its output is what the handler gets. */
  readonly schema: ZodType;
  /** The sentence for a payload that does not fit. */
  readonly invalid: string;
  /** Per connection; a user as a whole has `USER_LIMIT_FACTOR` times as much. */
  readonly limit: RateLimit;
  readonly reply?: ReplyEvent;
}

export interface Acked<Ack extends object> {
  readonly [ACK]?: Ack;
}

/** Declares what a client may send. `Ack` is what the answer says besides `ok: true`. */
export const command =
  <Ack extends object>() =>
  <const D extends CommandDeclaration>(declaration: D): D & Acked<Ack> =>
    declaration;

/** What numbers an event: each user's journal, or the streams of signals. */
export type EventLogName = 'journal' | 'signals';

/**
 * - `state`: only the latest value of a key counts. The key is `topic` and, where a topic has many values, the field
 *   `subject` of the payload.
 * - `event`: numbered in a log, never dropped; `epoch` and `seq` are added to the payload. The log is the journal of a
 *   user, or one that many users read.
 * - `reply`: an answer to one connection, or a word about the connection itself.
 */
export type EventDeclaration<Payload> =
  | {
      readonly lane: 'state';
      readonly topic: string;
      readonly subject?: keyof Payload & string;
    }
  | { readonly lane: 'event'; readonly log: EventLogName }
  | { readonly lane: 'reply' };
export type Lane = EventDeclaration<never>['lane'];

export interface Carries<Payload extends object> {
  readonly [PAYLOAD]?: Payload;
}

/** Declares what the server sends. */
export const event =
  <Payload extends object>() =>
  <const D extends EventDeclaration<Payload>>(declaration: D): D & Carries<Payload> =>
    declaration;

/**
 * Who may call a route: everyone, a signed-in user, an administrator, a bot with the hook secret, an operator with the
 * operator secret, a source of signals with its own secret, or a reader of the metrics.
 */
export type RouteAccess = 'anyone' | 'member' | 'admin' | 'bot' | 'operator' | 'source' | 'metrics';

export interface RouteDeclaration {
  readonly summary: string;
  readonly access: RouteAccess;
  /** Parts of the path that are more than text. */
  readonly params?: Readonly<Record<string, ZodType>>;
  readonly query?: ZodObject;
  readonly body?: ZodType;
  /** Statuses of a success, the usual one first; 200 if none is named. */
  readonly statuses?: readonly number[];
  /** What the route itself refuses with. Codes that follow from its access and input are not repeated here. */
  readonly refusals?: readonly ErrorCode[];
  /** Answers without the envelope: with JSON, or with text of this media type. */
  readonly bare?: true | 'text/plain' | 'text/html' | 'text/css';
}

export interface AnswersWith<Data> {
  readonly [DATA]?: (data: Data) => void;
}

/** Declares an HTTP route. `Data` is what a success carries, `void` where it has no body. */
export const route =
  <Data>() =>
  <const D extends RouteDeclaration>(declaration: D): D & AnswersWith<Data> =>
    declaration;
