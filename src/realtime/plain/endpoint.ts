import type { z } from 'zod';
import { TradecastError } from '../../protocol/errors.ts';
import type { ClientEvent } from '../../protocol/events.ts';
import { issueWords } from '../../protocol/issue-words.ts';
import { explain } from '../commands/dispatch.ts';
import type { DialectHost } from '../connections.ts';
import type { Dialect } from '../peer.ts';
import type { PlainPeer } from './peer.ts';

/**
 * One address of the plain socket: its words, and its commands. How a client is admitted, limited, kept alive and sent
 * away is the same for all of them.
 */
export interface PlainEndpoint {
  readonly path: string;
  readonly dialect: Dialect;
  readonly commands: PlainCommands;
  /** Whether a client that shows nothing is served, too, as a visitor. */
  readonly isPublic?: boolean;
  /**
   * The first words to a peer, if there are any. What the peer sends is read behind them. Where it throws, the client is
   * told so and sent away, to come back.
   */
  greet?(peer: PlainPeer): Promise<void> | void;
  /** The connection of a peer that was to be greeted has ended. */
  left?(peer: PlainPeer): void;
}
export type PlainEndpointFactory = (host: DialectHost) => PlainEndpoint;

/** By the `type` of the message. */
export type PlainCommands = Readonly<Record<string, PlainCommand>>;

/** What the transport says of one message of a client. */
export interface Answer {
  readonly text: string;
  /** For the count of what was sent. */
  readonly type: string;
  readonly after?: () => void;
}

/** What a message asks for, once it has been read. */
export interface PlainRequest {
  /** The command whose limit the message counts against. */
  readonly countsAs: ClientEvent;
  /** Null where the message needs no answer. */
  run(peer: PlainPeer): Answer | null | Promise<Answer | null>;
}

/** Reads a message of one type; a refusal where it has not the shape. */
export type PlainCommand = (message: object) => PlainRequest | TradecastError;

interface Declared<Message> {
  readonly schema: z.ZodType<Message>;
  /** The sentence for a message that does not fit. */
  readonly invalid: string;
  readonly countsAs: ClientEvent;
}

/** A command from its declaration, and what it does. */
export const plainCommand =
  <Message>(
    { schema, invalid, countsAs }: Declared<Message>,
    run: (peer: PlainPeer, message: Message) => Answer | null | Promise<Answer | null>,
  ): PlainCommand =>
  (json) => {
    const message = schema.safeParse(json, { error: issueWords });
    if (!message.success) return new TradecastError('VALIDATION', explain(invalid, message.error));
    return { countsAs, run: (peer) => run(peer, message.data) };
  };
