import { type ClientEvent, COMMAND_SHAPES, EVENTS, type ServerEvent } from '../../protocol/events.ts';
import { PROTOCOL_VERSION } from '../../protocol/version.ts';
import payloads from './payloads.json' with { type: 'json' };
import { inputSchema, type Schema } from './schema.ts';

const CHANNEL = 'socketio';
/** A key of the document; the message itself carries its name as it is on the wire. */
const keyOf = (name: string): string => name.replaceAll(':', '.');
const ackKey = (command: string): string => `${keyOf(command)}.ack`;
const channel = { $ref: `#/channels/${CHANNEL}` };
const messageRef = (key: string): Schema => ({ $ref: `#/channels/${CHANNEL}/messages/${key}` });

const COMMAND_NAMES = Object.keys(COMMAND_SHAPES) as ClientEvent[];
const EVENT_NAMES = Object.keys(EVENTS) as ServerEvent[];

const LANES = {
  state: 'State lane: the latest value counts.',
  event: 'Event lane: numbered in the journal, never dropped.',
  reply: 'An answer to this connection, or a word about it.',
} as const;

/** The commands and events of the sockets as an AsyncAPI 3.0 document, from their declarations. */
export function asyncApi(): Schema {
  const commands = COMMAND_NAMES.flatMap((name) => [
    [keyOf(name), { name, title: name, payload: inputSchema(COMMAND_SHAPES[name].schema) }],
    [ackKey(name), { name, title: `Answer to ${name}`, payload: payloads.acks[name] }],
  ]);
  const events = EVENT_NAMES.map((name) => [
    keyOf(name),
    { name, title: name, summary: LANES[EVENTS[name].lane], payload: payloads.events[name] },
  ]);
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Tradecast',
      version: String(PROTOCOL_VERSION),
      description: 'The commands and events of the sockets. The HTTP routes are in /openapi.json.',
    },
    defaultContentType: 'application/json',
    channels: {
      [CHANNEL]: {
        address: '/socket.io/',
        title: 'Socket.IO',
        messages: Object.fromEntries([...commands, ...events]),
      },
    },
    operations: Object.fromEntries([...COMMAND_NAMES.map(takes), ...EVENT_NAMES.map(sends)]),
    components: { schemas: payloads.named },
  };
}

const takes = (name: ClientEvent) => {
  const { points, seconds } = COMMAND_SHAPES[name].limit;
  return [
    `receive.${keyOf(name)}`,
    {
      action: 'receive',
      channel,
      summary: `At most ${points} in ${seconds} s`,
      messages: [messageRef(keyOf(name))],
      reply: { channel, messages: [messageRef(ackKey(name))] },
    },
  ];
};

const sends = (name: ServerEvent) => [
  `send.${keyOf(name)}`,
  { action: 'send', channel, messages: [messageRef(keyOf(name))] },
];
