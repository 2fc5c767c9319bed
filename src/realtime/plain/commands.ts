import type { RealtimeMetrics } from '../../metrics/realtime.ts';
import { TradecastError } from '../../protocol/errors.ts';
import type { ClientEvent } from '../../protocol/events.ts';
import {
  PLAIN_COMMANDS,
  type PlainCommandMessage,
  type PlainCommandName,
  type PlainMessage,
  type PlainOptionsSubscribed,
  type PlainSubscribed,
} from '../../protocol/plain.ts';
import { explain } from '../commands/dispatch.ts';
import type { DialectHost } from '../connections.ts';
import type { Selected } from '../selection.ts';
import type { Incoming } from './inbox.ts';
import type { PlainPeer } from './peer.ts';

/** The keep-alive of clients that write no JSON; it is answered in kind. */
const BARE_PING = 'ping';
const BARE_PONG = 'pong';

/** What the transport says of one message of a client. */
interface Read {
  /** The command whose limit the message counts against. */
  readonly countsAs: ClientEvent;
  readonly message: PlainCommandMessage | typeof BARE_PING;
}

/** The name of a message that cannot be read, or whose type is none. */
const UNKNOWN = 'unknown';

interface Answer {
  readonly text: string;
  /** For the count of what was sent. */
  readonly type: PlainMessage['type'];
  readonly after?: () => void;
}

export interface PlainCommandParts {
  readonly host: DialectHost;
  readonly metrics: Pick<RealtimeMetrics, 'messageSent'>;
}

/** Handles the messages of connected peers: read → limit → session → run → reply. */
export function createPlainCommands({ host, metrics }: PlainCommandParts) {
  const { quotes, options } = host.selections;
  const inTurn = createTurns();

  async function run(peer: PlainPeer, message: Read['message']): Promise<Answer> {
    if (message === BARE_PING) return { type: 'pong', text: BARE_PONG };
    switch (message.type) {
      case 'ping':
        return { type: 'pong', text: JSON.stringify({ type: 'pong' } satisfies PlainMessage) };
      case 'subscribe':
        return symbolsAnswer('subscribed', await quotes.add(peer, message.symbols));
      case 'unsubscribe':
        return symbolsAnswer('unsubscribed', quotes.remove(peer, message.symbols));
      case 'subscribe_options':
        return contractsAnswer('subscribed_options', await options.add(peer, message.contractIds));
      case 'unsubscribe_options':
        return contractsAnswer('unsubscribed_options', options.remove(peer, message.contractIds));
    }
  }

  async function answer(peer: PlainPeer, { countsAs, message }: Read): Promise<void> {
    const { type, text, after } = await host.charge(peer, countsAs, () => run(peer, message));
    metrics.messageSent(type);
    peer.reply(text);
    after?.();
  }

  return (peer: PlainPeer, incoming: Incoming): void => {
    // It is closing: what it sent before it noticed is not served.
    if (!peer.isOpen()) return;
    const read = readMessage(incoming);
    if (read instanceof TradecastError)
      host.pass(peer, UNKNOWN, () => inTurn(peer, () => Promise.reject(read)));
    else if (read === null) host.pass(peer, UNKNOWN, () => inTurn(peer, () => host.refuseUnknown(peer)));
    else host.pass(peer, read.countsAs, () => inTurn(peer, () => answer(peer, read)));
  };
}

/**
 * Handles the messages of a peer one after the other: nothing in an answer names the message that it answers, so a
 * client knows by the order alone whether it is subscribed.
 */
function createTurns() {
  /** Resolves when all messages of the peer so far are handled; a peer at rest takes no memory. */
  const handledSoFar = new WeakMap<PlainPeer, Promise<void>>();

  return (peer: PlainPeer, handle: () => Promise<void>): Promise<void> => {
    const handled = handledSoFar.get(peer)?.then(handle) ?? handle();
    const forget = (): void => {
      if (handledSoFar.get(peer) === settled) handledSoFar.delete(peer);
    };
    const settled = handled.then(forget, forget);
    handledSoFar.set(peer, settled);
    return handled;
  };
}

function symbolsAnswer(type: PlainSubscribed['type'], { accepted, rejected, after }: Selected): Answer {
  const message: PlainSubscribed = { type, symbols: accepted, rejected };
  return { type, text: JSON.stringify(message), after };
}

function contractsAnswer(
  type: PlainOptionsSubscribed['type'],
  { accepted, rejected, after }: Selected,
): Answer {
  const message: PlainOptionsSubscribed = { type, contractIds: accepted, rejected };
  return { type, text: JSON.stringify(message), after };
}

const isName = (type: unknown): type is PlainCommandName =>
  typeof type === 'string' && Object.hasOwn(PLAIN_COMMANDS, type);

/** The command in a message; null where its type is none; a refusal where it has no type, or not the command's shape. */
function readMessage(incoming: Incoming): Read | TradecastError | null {
  if (incoming === BARE_PING) return { countsAs: PLAIN_COMMANDS.ping.countsAs, message: BARE_PING };
  const json = incoming === null ? undefined : parseObject(incoming);
  if (json === undefined)
    return new TradecastError('VALIDATION', 'Send text frames with one JSON object each');
  const { type } = json;
  if (typeof type !== 'string') return new TradecastError('VALIDATION', 'The message has no type');
  if (type === 'auth') return new TradecastError('VALIDATION', 'This connection is signed in already');
  if (!isName(type)) return null;
  const { schema, invalid, countsAs } = PLAIN_COMMANDS[type];
  const message = schema.safeParse(json);
  if (!message.success) return new TradecastError('VALIDATION', explain(invalid, message.error));
  return { countsAs, message: message.data };
}

/** Undefined for anything but one JSON object. */
export function parseObject(text: string): { readonly type?: unknown } | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null && !Array.isArray(json) ? json : undefined;
  } catch {
    return undefined;
  }
}
