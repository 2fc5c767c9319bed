/**
 * Every message of the wire, by name, and what follows from the declarations. A new capability adds its commands
 * and events to the two lists below.
 *
 * Money is dollars as JSON numbers made from exact decimals, quantities are shares, times are ISO 8601 UTC strings.
 *
 * The browser imports types from here, never values: the schemas would follow into its bundle.
 */
import type { ZodType, z } from 'zod';
import { connectionEvents } from './connection.ts';
import { darkpoolCommands, darkpoolEvents } from './darkpool.ts';
import {
  type Acked,
  type Carries,
  type CommandDeclaration,
  type EventLogName,
  event,
  type Lane,
  type ReplyEvent,
} from './declare.ts';
import type { ErrorCode } from './errors.ts';
import { marketEvents } from './market.ts';
import { optionsCommands, optionsEvents } from './options.ts';
import { ordersCommands, ordersEvents } from './orders.ts';
import { portfolioCommands, portfolioEvents } from './portfolio.ts';
import { quotesCommands, quotesEvents } from './quotes.ts';
import { signalsCommands, signalsEvents } from './signals.ts';
import { timeCommands } from './time.ts';
import { type JournalPosition, tradesCommands, tradesEvents } from './trades.ts';

/** What a client may send. */
export const COMMANDS = {
  ...portfolioCommands,
  ...tradesCommands,
  ...quotesCommands,
  ...optionsCommands,
  ...darkpoolCommands,
  ...ordersCommands,
  ...signalsCommands,
  ...timeCommands,
};
type Commands = typeof COMMANDS;
export type ClientEvent = keyof Commands;

type Acks = { [E in ClientEvent]: Commands[E] extends Acked<infer Ack> ? Ack : never };
type Inputs = { [E in ClientEvent]: z.input<Commands[E]['schema']> };
type Outputs = { [E in ClientEvent]: z.output<Commands[E]['schema']> };
/** What the answer to a command says besides `ok: true`. */
export type AckOf<E extends ClientEvent> = Acks[E];
/** A command's payload as its handler gets it. */
export type CommandPayload<E extends ClientEvent> = Outputs[E];
/** What a client passes to `emit` besides the name and the ack. */
export type CommandArgs<E extends ClientEvent> = [Inputs[E]] extends [undefined | null]
  ? []
  : undefined extends Inputs[E]
    ? [payload?: NonNullable<Inputs[E]>]
    : [payload: Inputs[E]];

export type AckFailure = { ok: false; code: ErrorCode; message: string; retryAfterMs?: number };
/** What a client's ack gets. */
export type AnswerTo<E extends ClientEvent> = ({ ok: true } & AckOf<E>) | AckFailure;
export type ClientToServerEvents = {
  [E in ClientEvent]: (...args: [...CommandArgs<E>, ack?: (answer: AnswerTo<E>) => void]) => void;
};

/** What a handler says: `after` runs once ack and reply are on their way. */
export interface HandlerAnswer<E extends ClientEvent> {
  readonly ack: AckOf<E>;
  readonly after?: () => void;
}
export type CommandHandler<Peer, E extends ClientEvent> = (
  peer: Peer,
  payload: CommandPayload<E>,
) => HandlerAnswer<E> | Promise<HandlerAnswer<E>>;
/** A handler for every command, or for those named. */
export type CommandHandlers<Peer, Names extends ClientEvent = ClientEvent> = {
  readonly [E in Names]: CommandHandler<Peer, E>;
};

/** The declarations in one shape, for code that serves any command. */
export const COMMAND_SHAPES: {
  readonly [E in ClientEvent]: Omit<CommandDeclaration, 'schema'> & { readonly schema: ZodType<Outputs[E]> };
} = COMMANDS;
export const isCommand = (name: string): name is ClientEvent => Object.hasOwn(COMMANDS, name);

type RepliedWith<R extends ReplyEvent> = {
  [E in ClientEvent]: Commands[E] extends { readonly reply: R } ? AckOf<E> : never;
}[ClientEvent];

/** What the server sends. */
export const EVENTS = {
  ...connectionEvents,
  'subscription:confirmed': event<RepliedWith<'subscription:confirmed'>>()({ lane: 'reply' }),
  'unsubscription:confirmed': event<RepliedWith<'unsubscription:confirmed'>>()({ lane: 'reply' }),
  ...portfolioEvents,
  ...tradesEvents,
  ...ordersEvents,
  ...quotesEvents,
  ...optionsEvents,
  ...darkpoolEvents,
  ...marketEvents,
  ...signalsEvents,
};
type Events = typeof EVENTS;
export type ServerEvent = keyof Events;

type Declared<E extends ServerEvent> = Events[E] extends Carries<infer Payload> ? Payload : never;
type OnLane<L extends Lane> = {
  [E in ServerEvent]: Events[E] extends { readonly lane: L } ? E : never;
}[ServerEvent];

export type StateEventName = OnLane<'state'>;
/** The event lane: what a log keeps, by event name. */
export type LoggedEventName = OnLane<'event'>;
type InLog<Log extends EventLogName> = {
  [E in LoggedEventName]: Events[E] extends { readonly log: Log } ? E : never;
}[LoggedEventName];
export type JournalEventName = InLog<'journal'>;
export const JOURNAL_EVENTS = Object.entries(EVENTS)
  .filter(([, declaration]) => declaration.lane === 'event' && declaration.log === 'journal')
  .map(([name]) => name) as readonly JournalEventName[];
/** What is added to the payload is the position in the log. */
export type LoggedPayloads = { [E in LoggedEventName]: Declared<E> };
export type JournalPayloads = Pick<LoggedPayloads, JournalEventName>;

/** An event's payload as it stands on the wire. */
export type PayloadOf<E extends ServerEvent> = E extends LoggedEventName
  ? Declared<E> & JournalPosition
  : Declared<E>;
export type ServerToClientEvents = { [E in ServerEvent]: (payload: PayloadOf<E>) => void };
export type SubscriptionConfirmed = PayloadOf<'subscription:confirmed'>;

/** A reply event with its payload. */
export type ReplyMessage = { [R in ReplyEvent]: readonly [event: R, payload: PayloadOf<R>] }[ReplyEvent];
/** The reply event that repeats a command's ack; null where the ack is all. */
export function replyTo<E extends ClientEvent>(command: E, ack: AckOf<E>): ReplyMessage | null {
  const { reply } = COMMAND_SHAPES[command];
  // The payload of a reply event is, by its declaration, the union of the acks that name it.
  return reply === undefined ? null : ([reply, ack] as ReplyMessage);
}

/** One journaled event as GET /api/trades lists it. */
export type JournalEntryPayload = {
  [E in JournalEventName]: { event: E; payload: PayloadOf<E> };
}[JournalEventName];

export interface TradesPage {
  epoch: string;
  head: number;
  events: JournalEntryPayload[];
}
