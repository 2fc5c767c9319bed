import { commitTopic } from '../../domain/bus/commit-line.ts';
import type { Refusals } from '../../domain/bus/refusals.ts';
import { isSealed, type Opened, type Seal } from '../../domain/bus/seal.ts';
import type { Topic } from '../../domain/bus/topic.ts';
import { RESERVED_EVENTS } from '../../protocol/reserved-events.ts';
import type { ExternalEmits, Parser } from './external-emit.ts';

/** Our largest message by far, all quotes of the whole market after a start, is below this. A larger one is not read. */
const MAX_BYTES = 8_000_000;
/** How the adapter begins what `serverSideEmit` sends; it names the topic, so the rest need not be parsed. */
const SERVER_SIDE_EMIT = /^\{"uid":"[^"\\]{1,64}","type":6,"data":\["([^"\\]{1,64})",\{/;
const HEAD_BYTES = 200;
/** Socket.IO's packet types that carry an event; the others would end or confuse the connection of a client. */
const EVENT_TYPES = [2, 5];
/** What is published to learn whether it may be: nobody's message. */
export const TRIAL_MESSAGE = Buffer.from('trial');
/** A room of nobody, into which `scripts/verify-redis.js` emits. */
const TRIAL_CHANNEL = '#trial#';

/**
 * Stands between the subscribing connection and Socket.IO's adapter, which trusts what it receives: whoever publishes on
 * its channels could end connections, and what it cannot handle throws, or rejects a promise without a handler, and
 * either ends the process. What passes here was sealed by a replica of this service, and is an event between servers or
 * an emit into rooms. Nothing else of the adapter's protocol passes, sealed or not: no part of ours asks other replicas
 * for their sockets (the answer contains cookies), or moves or disconnects them. Without a seal pass only the emits that
 * another service may send.
 */
export interface Guard {
  request(deliver: Listener, channel: Buffer, message: Buffer): void;
  broadcast(deliver: Listener, pattern: string, channel: Buffer, message: Buffer): void;
  /** Called from within `deliver` when a topic of the bus was reached: the message could be parsed. */
  reached(): void;
}
export type Listener = (...args: never[]) => unknown;

export interface GuardOptions {
  readonly requestChannel: string;
  readonly topics: readonly Topic[];
  readonly seal: Seal;
  /** Whether this replica has use for what a reader is sent. */
  readonly hasReader: (reader: string) => boolean;
  readonly refusals: Refusals;
  readonly externalEmits: ExternalEmits;
  /** Our own probe came back; it was sent at `at`. */
  readonly onEcho: (at: number) => void;
  readonly onMalformed: () => void;
  /** A topic that this version does not know. */
  readonly onUnknown: () => void;
}

export function createGuard(options: GuardOptions): Guard {
  const { topics, seal, refusals, externalEmits, hasReader, onMalformed } = options;
  const names = new Set(topics.map(({ name }) => name));
  const probes = topics.filter(({ isProbe }) => isProbe).map(({ name }) => name);
  const requestChannel = Buffer.from(options.requestChannel);
  const probe = new RegExp(
    `^\\{"uid":"[^"]*","type":6,"data":\\["(?:${probes.join('|')})",\\{"version":\\d+,"at":(\\d+),`,
  );
  let hasReached = false;

  /** Null for what was refused. */
  function open(channel: Buffer, message: Buffer): Exclude<Opened, { refused: unknown }> | null {
    if (message.length > MAX_BYTES) {
      onMalformed();
      return null;
    }
    const opened = seal.open(channel.toString(), message);
    if (!('refused' in opened)) return opened;
    refusals.refuse(opened.refused, channel.toString());
    return null;
  }
  function pass(deliver: () => unknown): void {
    try {
      const result = deliver();
      if (result instanceof Promise) result.catch(onMalformed);
    } catch {
      onMalformed();
    }
  }
  /** Half of what the engine receives is its own, and most commits concern users of other replicas. */
  function isNotForUs(message: Buffer): boolean {
    const seen = message.length > MAX_BYTES ? null : seal.look(message);
    if (seen?.isOwn) return !probe.test(headOf(seen.body));
    const readers = seen && readersOf(seen.body);
    return readers !== null && !readers.some(hasReader);
  }
  return {
    request(deliver, channel, message) {
      if (message.equals(TRIAL_MESSAGE) || isNotForUs(message)) return;
      const opened = open(channel, message);
      if (opened === null) return;
      const { body, isOwn } = opened;
      if (isOwn) {
        options.onEcho(Number(probe.exec(headOf(body))?.[1]));
        return;
      }
      const topic = SERVER_SIDE_EMIT.exec(headOf(body))?.[1];
      if (topic === undefined || !channel.equals(requestChannel)) {
        onMalformed();
      } else if (!names.has(topic)) {
        options.onUnknown();
      } else {
        hasReached = false;
        pass(() => (deliver as (...args: unknown[]) => unknown)(channel, body));
        // The adapter swallows what is no JSON.
        if (!hasReached) onMalformed();
      }
    },
    broadcast(deliver, pattern, channel, message) {
      if (message.equals(TRIAL_MESSAGE) || channel.toString().endsWith(TRIAL_CHANNEL)) return;
      const toAdapter = (body: Buffer): void =>
        pass(() => (deliver as (...args: unknown[]) => unknown)(pattern, channel, body));
      if (isSealed(message)) {
        const opened = open(channel, message);
        if (opened && !opened.isOwn) toAdapter(opened.body);
        return;
      }
      const emit = externalEmits.read(channel, message);
      if (emit) toAdapter(emit);
      else refusals.refuse('unsigned', channel.toString());
    },
    reached() {
      hasReached = true;
    },
  };
}

const headOf = (message: Buffer): string => message.toString('latin1', 0, HEAD_BYTES);

const COMMIT = new RegExp(
  `^\\{"uid":"[^"\\\\]{1,64}","type":6,"data":\\["${commitTopic.name}",\\{"version":\\d+,"at":\\d+,"message":\\{"to":\\["`,
);
/** Ids that JSON writes as they are. */
const READERS = /^[\w:.*-]+(?:","[\w:.*-]+)*$/;

/** For whom a commit is, without parsing it; null where it is none, or its readers are not plain ids. */
function readersOf(body: Buffer): readonly string[] | null {
  const begin = COMMIT.exec(headOf(body))?.[0].length;
  if (begin === undefined) return null;
  const readers = body.toString('latin1', begin, body.indexOf('"]', begin));
  return READERS.test(readers) ? readers.split('","') : null;
}

/** The adapter's parser of emits, which throws for anything that is no event for a set of rooms. */
export function strictParser(parser: Parser): Parser {
  return {
    encode: (value) => parser.encode(value),
    decode(bytes) {
      const decoded = parser.decode(bytes);
      if (!isEmit(decoded)) throw new TypeError('not an emit');
      return decoded;
    },
  };
}

function isEmit(decoded: unknown): boolean {
  if (!Array.isArray(decoded)) return false;
  const [sender, packet, target] = decoded;
  return (
    typeof sender === 'string' &&
    isObject(packet) &&
    EVENT_TYPES.includes(packet.type as number) &&
    packet.id === undefined &&
    Array.isArray(packet.data) &&
    typeof packet.data[0] === 'string' &&
    !RESERVED_EVENTS.has(packet.data[0]) &&
    isObject(target) &&
    isTexts(target.rooms) &&
    isTexts(target.except) &&
    (target.flags === undefined || isObject(target.flags))
  );
}
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.every((one) => typeof one === 'string');
