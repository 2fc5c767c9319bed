import type { z } from 'zod';
import { type ClientEvent, COMMAND_SHAPES, EVENTS, type ServerEvent } from '../../protocol/events.ts';
import { PLAIN_COMMANDS, PLAIN_PATH, plainAuthSchema } from '../../protocol/plain.ts';
import { PLAIN_SIGNALS_COMMANDS, PLAIN_SIGNALS_PATH } from '../../protocol/plain-signals.ts';
import { SENTIMENT_PATH } from '../../protocol/sentiment.ts';
import { PROTOCOL_VERSION } from '../../protocol/version.ts';
import payloads from './payloads.json' with { type: 'json' };
import { inputSchema, type Schema } from './schema.ts';

const COMMAND_NAMES = Object.keys(COMMAND_SHAPES) as ClientEvent[];
const EVENT_NAMES = Object.keys(EVENTS) as ServerEvent[];

const LANES = {
  state: 'State lane: the latest value counts.',
  event: 'Event lane: numbered in the journal, never dropped.',
  reply: 'An answer to this connection, or a word about it.',
} as const;

/** A message of a channel, by the name that it has on the wire. */
interface Message {
  readonly name: string;
  readonly summary?: string;
  readonly payload: Schema;
  /** The answer that a client's ack gets. */
  readonly ack?: Schema;
}

export interface Channel {
  readonly address: string;
  readonly title: string;
  /** What the server takes. */
  readonly takes: readonly Message[];
  /** What the server sends. */
  readonly sends: readonly Message[];
}

const { ping, pong } = PLAIN_COMMANDS;
const KEEP_ALIVE = { ping, pong };

const plainTakes = (commands: Readonly<Record<string, { readonly schema: z.ZodType }>>): Message[] =>
  Object.entries({ auth: { schema: plainAuthSchema }, ...commands }).map(([name, { schema }]) => ({
    name,
    payload: inputSchema(schema),
  }));

const plainSends = (messages: Readonly<Record<string, Schema>>): Message[] =>
  Object.entries(messages).map(([name, payload]) => ({ name, payload }));

export const CHANNELS: Readonly<Record<string, Channel>> = {
  socketio: {
    address: '/socket.io/',
    title: 'Socket.IO',
    takes: COMMAND_NAMES.map((name) => {
      const { schema, limit } = COMMAND_SHAPES[name];
      const summary = `At most ${limit.points} in ${limit.seconds} s`;
      return { name, summary, payload: inputSchema(schema), ack: payloads.acks[name] };
    }),
    sends: EVENT_NAMES.map((name) => ({
      name,
      summary: LANES[EVENTS[name].lane],
      payload: payloads.events[name],
    })),
  },
  plain: {
    address: PLAIN_PATH,
    title: 'Plain WebSocket: text frames with one JSON object each',
    takes: plainTakes(PLAIN_COMMANDS),
    sends: plainSends(payloads.plain),
  },
  plainSentiment: {
    address: SENTIMENT_PATH,
    title: 'Off-exchange totals over a plain WebSocket: text frames with one JSON object each',
    takes: plainTakes(KEEP_ALIVE),
    sends: plainSends(payloads.plainSentiment),
  },
  plainSignals: {
    address: PLAIN_SIGNALS_PATH,
    title: 'Signals over a plain WebSocket: text frames with one JSON object each',
    takes: plainTakes({ ...PLAIN_SIGNALS_COMMANDS, ...KEEP_ALIVE }),
    sends: plainSends(payloads.plainSignals),
  },
};

/** A key of the document. A name may stand in both directions, as `error` may in two channels. */
const keyOf = (direction: 'receive' | 'send' | 'ack', name: string): string =>
  `${direction}.${name.replaceAll(':', '.')}`;

/** The commands and events of the sockets as an AsyncAPI 3.0 document, from their declarations. */
export function asyncApi(): Schema {
  const channels = Object.entries(CHANNELS);
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Tradecast',
      version: String(PROTOCOL_VERSION),
      description: 'The commands and events of the sockets. The HTTP routes are in /openapi.json.',
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(channels.map(([key, channel]) => [key, channelOf(channel)])),
    operations: Object.fromEntries(channels.flatMap(([key, channel]) => operationsOf(key, channel))),
    components: { schemas: payloads.named },
  };
}

function channelOf({ address, title, takes, sends }: Channel): Schema {
  const described = (direction: 'receive' | 'send', { name, summary, payload, ack }: Message) => [
    [keyOf(direction, name), { name, title: name, ...(summary && { summary }), payload }],
    ...(ack ? [[keyOf('ack', name), { name, title: `Answer to ${name}`, payload: ack }]] : []),
  ];
  const messages = [
    ...takes.flatMap((message) => described('receive', message)),
    ...sends.flatMap((message) => described('send', message)),
  ];
  return { address, title, messages: Object.fromEntries(messages) };
}

function operationsOf(key: string, { takes, sends }: Channel): (readonly [string, Schema])[] {
  const channel = { $ref: `#/channels/${key}` };
  const messages = (message: string) => [{ $ref: `#/channels/${key}/messages/${message}` }];
  const operation = (action: 'receive' | 'send', { name, ack }: Message) => {
    const message = keyOf(action, name);
    const reply = ack && { channel, messages: messages(keyOf('ack', name)) };
    return [
      `${key}.${message}`,
      { action, channel, messages: messages(message), ...(reply && { reply }) },
    ] as const;
  };
  return [
    ...takes.map((message) => operation('receive', message)),
    ...sends.map((message) => operation('send', message)),
  ];
}
