/**
 * What the declarations derive, held by the compiler: `npm run typecheck` fails where one of these no longer holds.
 * A line under `@ts-expect-error` must not compile.
 */
import type { Server, Socket } from 'socket.io';
import type { Socket as ClientSocket } from 'socket.io-client';
import type { ask as askFromBrowser, TradecastSocket } from '../../dashboard/src/realtime/socket.ts';
import type { ask as askFromTest } from '../../rig/clients/ask.ts';
import { command, event } from '../../src/protocol/declare.ts';
import type {
  AckFailure,
  AckOf,
  AnswerTo,
  ClientToServerEvents,
  CommandArgs,
  CommandHandlers,
  CommandPayload,
  JournalEntryPayload,
  JournalEventName,
  JournalPayloads,
  PayloadOf,
  ServerToClientEvents,
  StateEventName,
  SubscriptionConfirmed,
} from '../../src/protocol/events.ts';
import type { OrderPayload, OrderPlaceMessage } from '../../src/protocol/orders.ts';
import type { QuotePayload } from '../../src/protocol/quotes.ts';
import type { LimitedEvent } from '../../src/protocol/rate-limits.ts';
import { nothingSchema } from '../../src/protocol/schemas.ts';
import type { JournalPosition, TradeExecutedPayload } from '../../src/protocol/trades.ts';
import type { Dialect } from '../../src/realtime/peer.ts';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_holds: Equal<A, B>): void => {};
const limit = { points: 1, seconds: 1 };

// Acks and payloads.
same<AckOf<'order:place'>, { order: OrderPayload }>(true);
same<AckOf<'time:sync'>, { t0: number; t1: number }>(true);
same<AnswerTo<'order:cancel'>, ({ ok: true } & { order: OrderPayload }) | AckFailure>(true);
same<CommandPayload<'subscribe:watchlist'>, string[]>(true);
same<CommandPayload<'subscribe:trades'>, { epoch: string; after: number } | undefined>(true);
same<CommandPayload<'subscribe:portfolio'>, undefined>(true);

// What a client passes to `emit`.
same<CommandArgs<'subscribe:portfolio'>, []>(true);
same<CommandArgs<'subscribe:trades'>, [payload?: { epoch: string; after: number }]>(true);
same<CommandArgs<'subscribe:watchlist'>, [payload: string[] | { symbols: string[] }]>(true);
same<CommandArgs<'order:place'>, [payload: OrderPlaceMessage]>(true);
same<OrderPlaceMessage['timeInForce'], 'day' | 'gtc' | undefined>(true);
same<
  ClientToServerEvents['time:sync'],
  (payload: { t0: number }, ack?: (answer: AnswerTo<'time:sync'>) => void) => void
>(true);

// Lanes.
same<Extract<JournalEventName, 'trade:executed' | 'quote:update' | 'connected'>, 'trade:executed'>(true);
same<Extract<StateEventName, 'trade:executed' | 'quote:update' | 'connected'>, 'quote:update'>(true);
same<Extract<JournalEventName, StateEventName>, never>(true);
same<JournalPayloads['trade:executed'], TradeExecutedPayload>(true);
same<PayloadOf<'trade:executed'>, TradeExecutedPayload & JournalPosition>(true);
same<PayloadOf<'quote:update'>, QuotePayload>(true);
same<ServerToClientEvents['quote:update'], (payload: QuotePayload) => void>(true);
same<Extract<JournalEntryPayload, { event: 'order:update' }>['payload'], OrderPayload & JournalPosition>(
  true,
);
same<Extract<SubscriptionConfirmed, { type: 'trades' }>, AckOf<'subscribe:trades'>>(true);
same<Extract<SubscriptionConfirmed, { order: OrderPayload }>, never>(true);
same<Extract<LimitedEvent, 'connect' | 'unknown' | 'order:place'>, 'connect' | 'unknown' | 'order:place'>(
  true,
);
// @ts-expect-error `Equal` tells different types apart, or nothing above would mean anything
same<AckOf<'time:sync'>, { t0: number }>(true);

// A declaration keeps what it is given.
const declared = command<{ at: string }>()({
  schema: nothingSchema,
  invalid: 'nothing goes with it',
  limit,
  reply: 'subscription:confirmed',
});
same<(typeof declared)['reply'], 'subscription:confirmed'>(true);
// @ts-expect-error a command has a limit
command<{ at: string }>()({ schema: nothingSchema, invalid: 'nothing goes with it' });
// @ts-expect-error a reply event is one of two
command<{ at: string }>()({ schema: nothingSchema, invalid: 'no', limit, reply: 'quote:update' });
event<{ symbol: string }>()({ lane: 'state', topic: 'number', subject: 'symbol' });
// @ts-expect-error state has a topic
event<{ symbol: string }>()({ lane: 'state' });
// @ts-expect-error the subject comes from the payload
event<{ symbol: string }>()({ lane: 'state', topic: 'number', subject: 'ticker' });
// @ts-expect-error there is no such lane
event<{ symbol: string }>()({ lane: 'letters' });

// Handlers.
type Handlers = CommandHandlers<{ id: string }>;
export const right: Pick<Handlers, 'time:sync' | 'unsubscribe:portfolio'> = {
  'time:sync': (_peer, { t0 }) => ({ ack: { t0, t1: 2 } }),
  'unsubscribe:portfolio': async () => ({ ack: { type: 'portfolio' }, after: () => {} }),
};
export const wrongAck: Pick<Handlers, 'time:sync'> = {
  // @ts-expect-error the ack lacks t1
  'time:sync': (_peer, { t0 }) => ({ ack: { t0 } }),
};
export const wrongKind: Pick<Handlers, 'unsubscribe:portfolio'> = {
  // @ts-expect-error the ack belongs to another command
  'unsubscribe:portfolio': () => ({ ack: { type: 'trades' } }),
};
export const noAnswer: Pick<Handlers, 'order:cancel'> = {
  // @ts-expect-error a handler answers
  'order:cancel': () => {},
};
export const wrongPayload: Pick<Handlers, 'order:cancel'> = {
  // @ts-expect-error order:cancel has no field `id`
  'order:cancel': async (_peer, { id }) => ({ ack: { order: id } }),
};
// @ts-expect-error every command has a handler
export const incomplete: Handlers = right;

/** Never run: only the compiler reads it. */
export function emits(
  server: Server<ClientToServerEvents, ServerToClientEvents>,
  socket: Socket<ClientToServerEvents, ServerToClientEvents>,
  client: ClientSocket<ServerToClientEvents, ClientToServerEvents>,
  encode: Dialect['encode'],
  quote: QuotePayload,
): void {
  server.emit('quote:update', quote);
  encode('quote:update', quote);
  client.emit('unsubscribe:watchlist', ['AAPL']);
  // @ts-expect-error an undeclared event cannot be emitted
  socket.emit('quote:updated', quote);
  // @ts-expect-error nor encoded
  encode('quote:updated', quote);
  // @ts-expect-error nor with another event's payload
  encode('market:status', quote);
  // @ts-expect-error an event of the journal has its position
  encode('order:update', {} as OrderPayload);
  // @ts-expect-error a client cannot send what the server says
  client.emit('quote:update', quote);
  // @ts-expect-error a symbol list is not a number
  client.emit('subscribe:watchlist', 7);
  // @ts-expect-error an undeclared event cannot be listened to
  client.on('quote:updated', () => {});
}

/** Never run: only the compiler reads it. */
export async function asks(
  browser: typeof askFromBrowser,
  test: typeof askFromTest,
  socket: TradecastSocket,
  order: OrderPlaceMessage,
): Promise<void> {
  browser(socket, 'order:place', [order], (answer) => {
    same<typeof answer, AnswerTo<'order:place'> | null>(true);
    if (answer?.ok) same<typeof answer.order, OrderPayload>(true);
    // @ts-expect-error before `ok` is checked nothing is known of the order
    answer?.order;
  });
  browser(socket, 'subscribe:trades', [], (answer) => {
    if (answer?.ok) same<typeof answer.head, number>(true);
  });
  // @ts-expect-error the payload is checked
  browser(socket, 'order:cancel', [{ order: 'o1' }], () => {});
  // @ts-expect-error an undeclared command cannot be asked
  browser(socket, 'order:delete', [], () => {});

  const answer = await test(socket, 'time:sync', { t0: 1 });
  same<typeof answer, AnswerTo<'time:sync'>>(true);
  // @ts-expect-error the payload is checked here too
  await test(socket, 'time:sync');
}
