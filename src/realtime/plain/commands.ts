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
  readonly host: Pick<DialectHost, 'pass' | 'charge' | 'refuseUnknown'>;
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

/** Messages of one peer that wait for their turn, of 16 KB each at most. More than that stay in its line. */
const MAX_WAITING = 16;

interface Turns {
  /** Resolves when all messages of the peer so far are handled. */
  handledSoFar: Promise<void>;
  waiting: number;
}

/**
 * Handles the messages of a peer one after the other: nothing in an answer names the message that it answers, so a
 * client knows by the order alone whether it is subscribed. A turn may take a second (a source is asked): who sends on
 * meanwhile is not read.
 */
function createTurns() {
  /** A peer at rest takes no memory. */
  const turns = new WeakMap<PlainPeer, Turns>();

  function end(peer: PlainPeer, own: Turns): void {
    own.waiting -= 1;
    if (own.waiting > 0) return;
    turns.delete(peer);
    peer.resume();
  }

  return (peer: PlainPeer, handle: () => Promise<void>): Promise<void> => {
    const before = turns.get(peer);
    const handled = before ? before.handledSoFar.then(handle) : handle();
    const own = before ?? { handledSoFar: handled, waiting: 0 };
    own.waiting += 1;
    own.handledSoFar = handled.then(
      () => end(peer, own),
      () => end(peer, own),
    );
    turns.set(peer, own);
    if (own.waiting >= MAX_WAITING) peer.pause();
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
