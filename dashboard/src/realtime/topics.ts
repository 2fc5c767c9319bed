/** The state lane as this page reads it. One more state is one more entry here; its type is the protocol's. */
import type {
  ClientEvent,
  CommandArgs,
  EVENTS,
  PayloadOf,
  StateEventName,
} from '../../../src/protocol/events.ts';
import { MAX_CONTRACTS_PER_CONNECTION, MAX_SYMBOLS_PER_CONNECTION } from '../../../src/protocol/limits.ts';
import { isStockSymbol, parseSymbol } from '../../../src/protocol/symbol.ts';
import type { Api } from '../lib/api.ts';
import { fetchContracts } from '../lib/contracts.ts';
import { type Shown, SINGLE } from '../stores/keyed.ts';
import { keepPositions } from '../stores/portfolio.ts';

/** The commands that take a list of subjects. */
export type ListCommand = {
  [E in ClientEvent]: CommandArgs<E> extends [infer Payload] ? (string[] extends Payload ? E : never) : never;
}[ClientEvent];

export interface Topic<E extends StateEventName = StateEventName> {
  readonly event: E;
  /** Which of the topic's values a payload is. */
  subject(payload: PayloadOf<E>): string;
  /** The values of these subjects over HTTP, for a page without a connection. */
  fetch(api: Api, subjects: readonly string[]): Promise<readonly PayloadOf<E>[]>;
  keep?(before: Shown<PayloadOf<E>>, next: Shown<PayloadOf<E>>): Shown<PayloadOf<E>>;
  /** A request for it fails only with the service; any other topic may lack for reasons of the market. */
  readonly essential?: boolean;
}

/** A topic with a value for each of many subjects, which are subscribed to by name. */
export interface KeyedTopic<E extends StateEventName = StateEventName> extends Topic<E> {
  readonly subscribe: ListCommand;
  readonly unsubscribe: ListCommand;
  /** Whether a text is a name of this topic. */
  readonly isSubject: (text: string) => boolean;
  /** Most subjects of one connection. */
  readonly most: number;
}

const single = <E extends StateEventName>(topic: Omit<Topic<E>, 'subject'>): Topic<E> => ({
  ...topic,
  subject: () => SINGLE,
});
const keyed = <E extends StateEventName>(topic: KeyedTopic<E>): KeyedTopic<E> => topic;

/** A topic is called what the protocol calls it. */
type Declared<Of> = {
  readonly [E in StateEventName as (typeof EVENTS)[E]['topic']]?: Of extends KeyedTopic
    ? KeyedTopic<E>
    : Topic<E>;
};

export const KEYED_TOPICS = {
  quote: keyed({
    event: 'quote:update',
    subject: ({ symbol }) => symbol,
    subscribe: 'subscribe:watchlist',
    unsubscribe: 'unsubscribe:watchlist',
    isSubject: isStockSymbol,
    most: MAX_SYMBOLS_PER_CONNECTION,
    fetch: (api, symbols) => api.quotes(symbols),
  }),
  option: keyed({
    event: 'option:update',
    subject: ({ contractId }) => contractId,
    subscribe: 'subscribe:options',
    unsubscribe: 'unsubscribe:options',
    isSubject: (text) => parseSymbol(text)?.kind === 'option',
    most: MAX_CONTRACTS_PER_CONNECTION,
    fetch: (api, contracts) => fetchContracts(api, contracts),
  }),
} satisfies Declared<KeyedTopic>;

export const SINGLE_TOPICS = {
  portfolio: single({
    event: 'portfolio:update',
    fetch: async (api) => [await api.portfolio()],
    keep: keepPositions,
    essential: true,
  }),
  market: single({ event: 'market:status', fetch: async (api) => [await api.marketStatus()] }),
} satisfies Declared<Topic>;

export const TOPICS = { ...KEYED_TOPICS, ...SINGLE_TOPICS };
export type TopicName = keyof typeof TOPICS;
export type KeyedTopicName = keyof typeof KEYED_TOPICS;
/** The payload of a topic. */
export type ValueOf<N extends TopicName> = (typeof TOPICS)[N] extends Topic<infer E> ? PayloadOf<E> : never;

const namesOf = <T extends object>(topics: T) => Object.keys(topics) as (keyof T)[];
export const TOPIC_NAMES = namesOf(TOPICS);
export const KEYED_NAMES = namesOf(KEYED_TOPICS);
