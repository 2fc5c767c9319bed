import { type ClientOptions, WebSocket } from 'ws';
import { until } from '../../rig/wait.ts';
import type { PlainMessage } from '../../src/protocol/plain.ts';

/** A stock `ws` client of the plain WebSocket. */
export interface PlainClient {
  readonly ws: WebSocket;
  /** Text frames received so far, as they are. */
  readonly texts: readonly string[];
  /** An object is sent as JSON, anything else as it is. */
  send(message: object | string | Buffer): void;
  /** The messages of one type received so far. */
  messages<T extends PlainMessage['type']>(type: T): readonly Extract<PlainMessage, { type: T }>[];
  /** Resolves with the first message of this type that there are more than `before` of. */
  next<T extends PlainMessage['type']>(type: T, before?: number): Promise<Extract<PlainMessage, { type: T }>>;
  /** Resolves with code and reason when the connection ends. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
}

export interface PlainOptions extends ClientOptions {
  /** Path and query; the default is `/api/socket`. */
  readonly path?: string;
  readonly protocols?: string[];
}

/** Begins to connect; the test decides what should happen. */
export function openPlain(port: number, options: PlainOptions = {}): PlainClient {
  const { path = '/api/socket', protocols = [], ...rest } = options;
  const ws = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols, rest);
  const texts: string[] = [];
  const byType = new Map<string, PlainMessage[]>();
  ws.on('message', (data) => {
    const text = String(data);
    texts.push(text);
    if (!text.startsWith('{')) return;
    const message = JSON.parse(text) as PlainMessage;
    const known = byType.get(message.type) ?? [];
    byType.set(message.type, known);
    known.push(message);
  });
  ws.on('error', () => {});
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    ws.on('close', (code, reason) => resolve({ code, reason: String(reason) }));
  });
  const messages = <T extends PlainMessage['type']>(type: T) =>
    (byType.get(type) ?? []) as Extract<PlainMessage, { type: T }>[];

  return {
    ws,
    texts,
    closed,
    messages,
    send: (message) =>
      ws.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message)),
    async next(type, before = 0) {
      await until(() => messages(type).length > before, `a message of type ${type}`);
      return messages(type)[before]!;
    },
  };
}

/** The same, with the greeting received. */
export async function connectPlain(port: number, options: PlainOptions): Promise<PlainClient> {
  const client = openPlain(port, options);
  await client.next('connected');
  return client;
}
