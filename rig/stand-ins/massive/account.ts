/** The account that all connections of a cluster share: its plan, its one place and the answers of upstream. */
import type { WebSocket } from 'ws';

const KNOWN_CHANNELS = { stocks: ['T', 'Q', 'A', 'AM', 'LULD'], options: ['T', 'Q', 'A', 'AM', 'FMV'] };
/** Contracts of which one connection may have quotes; `Q.*` is more than that. */
const MAX_QUOTED = { stocks: Number.POSITIVE_INFINITY, options: 1_000 };
const TOO_MANY_QUOTES = 'Maximum number of quote subscriptions exceeded.';
const EVICTED =
  'Maximum number of websocket connections exceeded. You have reached the connection limit for your account.';
const DELAYED_ONLY =
  "You don't have access real-time data. If your plan only includes delayed data, you can connect to the delayed websocket at wss://delayed.polygon.io/stocks.";

export interface StandInPlan {
  /** Channels the plan includes; others are answered with `not authorized`. */
  readonly channels?: readonly string[];
  /** A real-time host with a delayed plan refuses each subscribe. */
  readonly delayedOnly?: boolean;
}

/** How one cluster behaves; a test changes it at any time. */
export interface ClusterBehaviour {
  plan: StandInPlan;
  /** Sends nothing after the connect: no `connected`, no answers. */
  mute: boolean;
  /** Acknowledgements of these topics are not sent. */
  unacknowledged: Set<string>;
  /** Answers pings. */
  pongs: boolean;
  /** Drops each connection right after `auth_success`. */
  dropAfterLogin: boolean;
}

/** The cluster of stocks, and REST, which both share. */
export interface StandInBehaviour extends ClusterBehaviour {
  /** A promise is an answer that takes its time. */
  rest: (url: URL) => RestAnswer | Promise<RestAnswer>;
}

export const goodBehaviour = (): ClusterBehaviour => ({
  plan: {},
  mute: false,
  unacknowledged: new Set(),
  pongs: true,
  dropAfterLogin: false,
});

export interface RestAnswer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body: unknown;
}

/** From the login until upstream or the client ended it, milliseconds since epoch. */
export interface StandInLogin {
  readonly at: number;
  until: number | null;
  /** Closed by upstream, because another one logged in. */
  evicted: boolean;
}

/** One message of a client. */
export interface ClientMessage {
  readonly action: string;
  readonly params: string;
}

export interface StandInConnection {
  /** Every message of the client, parsed. */
  readonly said: ClientMessage[];
  readonly topics: Set<string>;
  /** Sends one frame; what is not text already becomes an array of events. */
  send(frame: string | Buffer | readonly object[]): void;
  /** Cuts the TCP connection without a close frame. */
  drop(): void;
  readonly isOpen: () => boolean;
}

/** A connection as this side has it. */
export interface OpenConnection extends StandInConnection {
  readonly socket: WebSocket;
  login: StandInLogin | null;
}

export const status = (word: string, message: string): object => ({ ev: 'status', status: word, message });

export const endLogin = ({ login }: OpenConnection): void => {
  if (login) login.until ??= Date.now();
};

export interface Account {
  readonly cluster: 'stocks' | 'options';
  readonly key: string;
  readonly connections: readonly OpenConnection[];
  readonly logins: StandInLogin[];
  readonly behaviour: ClusterBehaviour;
}

/** Answers one message of a client. */
export function answerClient(
  account: Account,
  connection: OpenConnection,
  { action, params }: ClientMessage,
): void {
  const topics = params.split(',');
  if (action === 'auth') logIn(account, connection, params);
  else if (action === 'unsubscribe') {
    for (const topic of topics) connection.topics.delete(topic);
    connection.send(topics.map((topic) => status('success', `unsubscribed to: ${topic}`)));
  } else subscribe(account, connection, topics);
}

function logIn(
  { key, connections, logins, behaviour }: Account,
  connection: OpenConnection,
  given: string,
): void {
  if (given !== key) {
    connection.send([status('auth_failed', 'authentication failed')]);
    connection.drop();
    return;
  }
  connection.send([status('auth_success', 'authenticated')]);
  if (behaviour.dropAfterLogin) {
    connection.drop();
    return;
  }
  connection.login = { at: Date.now(), until: null, evicted: false };
  logins.push(connection.login);
  // The account has one place: the older connection loses it.
  for (const other of connections) if (other !== connection && other.login && other.isOpen()) evict(other);
}

function evict(connection: OpenConnection): void {
  connection.send([status('max_connections', EVICTED)]);
  connection.login!.evicted = true;
  endLogin(connection);
  connection.socket.close(1008);
}

function subscribe(
  { cluster, behaviour: { plan, unacknowledged } }: Account,
  connection: OpenConnection,
  topics: readonly string[],
): void {
  if (plan.delayedOnly) {
    connection.send([status('error', DELAYED_ONLY)]);
    return;
  }
  const channelOf = (topic: string): string => topic.split('.', 1)[0] ?? '';
  const isQuotes = (topic: string): boolean => channelOf(topic) === 'Q';
  const known = topics.filter((topic) => KNOWN_CHANNELS[cluster].includes(channelOf(topic)));
  const included = known.filter((topic) => plan.channels?.includes(channelOf(topic)) ?? true);
  const quoted = new Set([...connection.topics, ...included].filter(isQuotes));
  const isTooMany =
    quoted.size > MAX_QUOTED[cluster] || (quoted.has('Q.*') && Number.isFinite(MAX_QUOTED[cluster]));
  const taken = isTooMany ? included.filter((topic) => !isQuotes(topic)) : included;
  const answers = taken
    .filter((topic) => !connection.topics.has(topic) && !unacknowledged.has(topic))
    .map((topic) => status('success', `subscribed to: ${topic}`));
  for (const topic of taken) connection.topics.add(topic);
  if (included.length < known.length) answers.unshift(status('error', 'not authorized'));
  if (isTooMany) answers.unshift(status('error', TOO_MANY_QUOTES));
  if (answers.length > 0) connection.send(answers);
}
