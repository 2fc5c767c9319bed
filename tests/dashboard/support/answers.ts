/** What the server of the dashboard tests answers to each command, by the declarations of the wire. */
import type { Socket } from 'socket.io';
import type {
  AckFailure,
  AckOf,
  AnswerTo,
  ClientEvent,
  ClientToServerEvents,
  CommandArgs,
  JournalEntryPayload,
  ServerToClientEvents,
} from '../../../src/protocol/events.ts';
import type { OrderPayload, OrderPlaceMessage } from '../../../src/protocol/orders.ts';
import { ORDER, PORTFOLIO, quoteOf } from './fixtures.ts';
import { type SignalDesk, subscribeSignals } from './signals.ts';

export type DoubleSocket = Socket<ClientToServerEvents, ServerToClientEvents>;

/** The event lane of the one user. */
export interface JournalEvents {
  epoch: string;
  events: JournalEntryPayload[];
}

type PayloadFrom<E extends ClientEvent> = CommandArgs<E>[0];

/** What a test sets in place of the usual answer; null leaves the client without one. */
export type Answers = {
  [E in ClientEvent]?: (payload: PayloadFrom<E>, socket: DoubleSocket) => AnswerTo<E> | null;
};

/** `after` runs once the ack is on its way. */
export interface Answer<E extends ClientEvent> {
  readonly ack: AnswerTo<E>;
  readonly after?: () => void;
}
export type UsualAnswers = {
  readonly [E in ClientEvent]: (
    payload: PayloadFrom<E>,
    socket: DoubleSocket,
  ) => Answer<E> | Promise<Answer<E>>;
};

/** The client is subscribed, and nothing follows. */
export const PORTFOLIO_ACK: AnswerTo<'subscribe:portfolio'> = {
  ok: true,
  type: 'portfolio',
  timestamp: '2026-11-20T15:00:00.000Z',
};
export const WATCHLIST_ACK: AnswerTo<'subscribe:watchlist'> = { ok: true, type: 'watchlist', symbols: [] };

export interface UsualParts {
  readonly journal: JournalEvents;
  readonly signals: SignalDesk;
  readonly head: () => number;
  readonly placeOrder: (order: OrderPlaceMessage) => Promise<OrderPayload | AckFailure>;
}

export function usualAnswers({ journal, signals, head, placeOrder }: UsualParts): UsualAnswers {
  return {
    'subscribe:portfolio'(_payload, socket) {
      const confirmed: AckOf<'subscribe:portfolio'> = {
        type: 'portfolio',
        timestamp: new Date().toISOString(),
      };
      return {
        ack: { ok: true, ...confirmed },
        after() {
          socket.emit('subscription:confirmed', confirmed);
          socket.emit('portfolio:update', PORTFOLIO);
        },
      };
    },
    'unsubscribe:portfolio': () => ({ ack: { ok: true, type: 'portfolio' } }),
    'subscribe:trades'(position, socket) {
      const recovered = position?.epoch === journal.epoch;
      const confirmed: AckOf<'subscribe:trades'> = {
        type: 'trades',
        epoch: journal.epoch,
        head: head(),
        recovered,
        timestamp: new Date().toISOString(),
      };
      return {
        ack: { ok: true, ...confirmed },
        after() {
          socket.emit('subscription:confirmed', confirmed);
          if (!recovered) return;
          for (const entry of journal.events) if (entry.payload.seq > position.after) tell(socket, entry);
        },
      };
    },
    'unsubscribe:trades': () => ({ ack: { ok: true, type: 'trades' } }),
    'subscribe:watchlist': (list, socket) => ({
      ack: { ok: true, type: 'watchlist', symbols: symbolsOf(list) },
      after() {
        for (const symbol of symbolsOf(list)) socket.emit('quote:update', quoteOf(symbol));
      },
    }),
    'unsubscribe:watchlist': (list) => ({ ack: { ok: true, type: 'watchlist', symbols: symbolsOf(list) } }),
    'subscribe:darkpool': (list) => ({
      ack: { ok: true, type: 'darkpool', symbols: list ? symbolsOf(list) : [] },
    }),
    'unsubscribe:darkpool': (list) => ({
      ack: { ok: true, type: 'darkpool', symbols: list ? symbolsOf(list) : [] },
    }),
    // The tests of a page tick contracts by themselves.
    'subscribe:options': (list) => ({ ack: { ok: true, type: 'options', contracts: contractsOf(list) } }),
    'unsubscribe:options': (list) => ({ ack: { ok: true, type: 'options', contracts: contractsOf(list) } }),
    'subscribe:signals'(payload, socket) {
      const { confirmed, missed } = subscribeSignals(signals, payload);
      return {
        ack: { ok: true, ...confirmed },
        after() {
          socket.emit('subscription:confirmed', confirmed);
          for (const signal of missed)
            socket.emit(signal.revision === 1 ? 'signal:new' : 'signal:updated', signal);
        },
      };
    },
    'unsubscribe:signals': () => ({ ack: { ok: true, type: 'signals' } }),
    async 'order:place'(message) {
      const order = await placeOrder(message);
      return { ack: 'ok' in order ? order : { ok: true, order } };
    },
    'order:cancel': ({ orderId }) => ({
      ack: { ok: true, order: { ...ORDER, id: orderId, status: 'cancelled' } },
    }),
    'time:sync': ({ t0 }) => ({ ack: { ok: true, t0, t1: Date.now() } }),
  };
}

/** A list has two spellings on the wire. */
const symbolsOf = (list: PayloadFrom<'subscribe:watchlist'>): string[] =>
  Array.isArray(list) ? list : list.symbols;

const contractsOf = (list: PayloadFrom<'subscribe:options'>): string[] =>
  Array.isArray(list) ? list : list.contracts;

/** Sends one event of the journal. */
export const tell = (socket: Pick<DoubleSocket, 'emit'>, { event, payload }: JournalEntryPayload): void =>
  void (socket.emit as (event: string, payload: unknown) => void).call(socket, event, payload);
