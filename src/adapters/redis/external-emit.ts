import { MAX_MESSAGE_BYTES } from '../../protocol/limits.ts';
import { symbolRoom, userRoom } from '../../protocol/rooms.ts';
import { isWholeValue } from './message-pack.ts';

/** MessagePack, as the adapter and the stock emitter write it. */
export interface Parser {
  encode(value: unknown): Buffer;
  decode(bytes: Buffer): unknown;
}

export interface ExternalEmitOptions {
  readonly parser: Parser;
  /** The adapter's channel for emits into several rooms; with a room's name behind it, for that room. */
  readonly channel: string;
  /** Events that another service may send. */
  readonly events: readonly string[];
}

/** Emits that another service sends with the stock emitter, which signs nothing. */
export interface ExternalEmits {
  /** For the adapter: what was read of it and nothing else. Null for all that is not allowed; never throws. */
  read(channel: Buffer, message: Buffer): Buffer | null;
}

/** How the stock emitter calls itself. */
const SENDER = 'emitter';
/** Socket.IO's type of an event; the others would end or confuse the connection of a client. */
const EVENT_TYPE = 2;
const ROOMS = [userRoom(''), symbolRoom('')];
/** An event has some levels; deep ones overflow the stack of whoever walks them. */
const MAX_DEPTH = 32;

export function createExternalEmits({ parser, channel: base, events }: ExternalEmitOptions): ExternalEmits {
  const isOfRoom = (room: unknown): room is string =>
    typeof room === 'string' && ROOMS.some((kind) => room.length > kind.length && room.startsWith(kind));

  function readEmit(channel: string, decoded: unknown): unknown {
    const [sender, packet, target, ...more] = Array.isArray(decoded) ? decoded : [];
    if (sender !== SENDER || more.length > 0) return null;
    if (!hasOnly(packet, ['type', 'data', 'nsp']) || !hasOnly(target, ['rooms', 'except', 'flags']))
      return null;
    const { type, data, nsp } = packet;
    const { rooms, except = [], flags = {} } = target;
    if (type !== EVENT_TYPE || (nsp !== undefined && nsp !== '/')) return null;
    if (!Array.isArray(data) || !events.includes(data[0] as string) || hasBytes(data)) return null;
    if (!isListOf(rooms, isOfRoom) || rooms.length === 0 || !isListOf(except, isText)) return null;
    if (!hasOnly(flags, ['compress', 'volatile']) || !Object.values(flags).every(isFlag)) return null;
    if (channel !== (rooms.length === 1 ? `${base}${rooms[0]}#` : base)) return null;
    return [SENDER, { type, data, nsp: '/' }, { rooms, except, flags }];
  }

  return {
    read(channel, message) {
      // No event for a client is larger than what a client may send.
      if (message.length > MAX_MESSAGE_BYTES || !isWholeValue(message, MAX_DEPTH)) return null;
      try {
        const emit = readEmit(channel.toString(), parser.decode(message));
        return emit === null ? null : parser.encode(emit);
      } catch {
        return null;
      }
    },
  };
}

/**
 * Socket.IO would send an event with bytes as another type of packet: there a value that looks like a placeholder for
 * bytes makes a stock client drop its connection. Not deep: the levels are bounded.
 */
const hasBytes = (value: unknown): boolean =>
  Buffer.isBuffer(value) ||
  (typeof value === 'object' && value !== null && Object.values(value).some(hasBytes));
const isText = (value: unknown): value is string => typeof value === 'string';
const isFlag = (value: unknown): value is boolean => typeof value === 'boolean';
const isListOf = <T>(value: unknown, is: (one: unknown) => one is T): value is T[] =>
  Array.isArray(value) && value.every(is);
/** A plain object without a field besides these. */
const hasOnly = <Name extends string>(
  value: unknown,
  names: readonly Name[],
): value is Partial<Record<Name, unknown>> =>
  typeof value === 'object' &&
  value !== null &&
  Object.getPrototypeOf(value) === Object.prototype &&
  Object.keys(value).every((name) => names.includes(name as Name));
