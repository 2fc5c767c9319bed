import type { RealtimeMetrics } from '../../metrics/realtime.ts';
import { TradecastError } from '../../protocol/errors.ts';
import { PLAIN_COMMANDS, type PlainPong } from '../../protocol/plain.ts';
import type { DialectHost } from '../connections.ts';
import { type Answer, type PlainCommands, type PlainRequest, plainCommand } from './endpoint.ts';
import type { Incoming } from './inbox.ts';
import type { PlainPeer } from './peer.ts';

/** The keep-alive of clients that write no JSON is answered in kind. */
const BARE_PONG = 'pong';

/** The name of a message that cannot be read, or whose type is none. */
const UNKNOWN = 'unknown';

const PONG: Answer = { type: 'pong', text: JSON.stringify({ type: 'pong' } satisfies PlainPong) };
const { ping, pong } = PLAIN_COMMANDS;
/** Commands of every endpoint. */
const KEEP_ALIVE: PlainCommands = {
  ping: plainCommand(ping, () => PONG),
  pong: plainCommand(pong, () => null),
};
/** Of clients that write no JSON. */
const BARE: Readonly<Record<string, PlainRequest>> = {
  ping: { countsAs: ping.countsAs, run: () => ({ type: 'pong', text: BARE_PONG }) },
  pong: { countsAs: pong.countsAs, run: () => null },
};

export interface PlainCommandParts {
  readonly host: DialectHost;
  readonly metrics: Pick<RealtimeMetrics, 'messageSent'>;
}

/** Handles the messages of connected peers: read → limit → session → run → reply. */
export function createPlainCommands({ host, metrics }: PlainCommandParts) {
  const inTurn = createTurns();

  async function answer(peer: PlainPeer, { countsAs, run }: PlainRequest): Promise<void> {
    const said = await host.charge(peer, countsAs, () => run(peer));
    if (said === null) return;
    const { type, text, after } = said;
    metrics.messageSent(type);
    peer.reply(text);
    after?.();
  }

  return (peer: PlainPeer, commands: PlainCommands, incoming: Incoming): void => {
    // It is closing: what it sent before it noticed is not served.
    if (!peer.isOpen()) return;
    const read = readMessage(incoming, commands);
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

/** The request in a message; null where its type is none; a refusal where it has no type, or not the command's shape. */
function readMessage(incoming: Incoming, commands: PlainCommands): PlainRequest | TradecastError | null {
  if (incoming !== null && Object.hasOwn(BARE, incoming)) return BARE[incoming]!;
  const json = incoming === null ? undefined : parseObject(incoming);
  if (json === undefined)
    return new TradecastError('VALIDATION', 'Send text frames with one JSON object each');
  const { type } = json;
  if (typeof type !== 'string') return new TradecastError('VALIDATION', 'The message has no type');
  if (type === 'auth') return new TradecastError('VALIDATION', 'This connection is signed in already');
  const known = Object.hasOwn(KEEP_ALIVE, type) ? KEEP_ALIVE : commands;
  return Object.hasOwn(known, type) ? known[type]!(json) : null;
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
