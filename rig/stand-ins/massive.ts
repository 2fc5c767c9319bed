/** Upstream as market-data facts describe it, misbehaviour included: the WebSocket and the REST of Massive stocks. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

const KNOWN_CHANNELS = ['T', 'Q', 'A', 'AM', 'LULD'];

export interface StandInPlan {
  /** Channels the plan includes; others are answered with `not authorized`. */
  readonly channels?: readonly string[];
  /** A real-time host with a delayed plan refuses each subscribe. */
  readonly delayedOnly?: boolean;
}

export interface StandInConnection {
  /** Everything the client said, parsed. */
  readonly said: { action: string; params: string }[];
  readonly topics: Set<string>;
  /** Sends one frame; what is not text already becomes an array of events. */
  send(frame: string | Buffer | readonly object[]): void;
  /** Cuts the TCP connection without a close frame. */
  drop(): void;
  readonly isOpen: () => boolean;
}

/** From the login until upstream or the client ended it, milliseconds since epoch. */
export interface StandInLogin {
  readonly at: number;
  until: number | null;
  /** Thrown out, because another one logged in. */
  evicted: boolean;
}

/** Trades without end in whatever is subscribed; each price is one tick of it. */
export interface StandInStream {
  /** When this price was sent, milliseconds since epoch; undefined for a price that never was. */
  sentAt(price: number): number | undefined;
  stop(): void;
}

export interface RestAnswer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body: unknown;
}

export interface MassiveStandIn {
  readonly wsUrl: string;
  readonly restUrl: string;
  readonly connections: StandInConnection[];
  /** Every login that was let in, in order. */
  readonly logins: StandInLogin[];
  /** Sends to whoever is logged in, from now on. */
  stream(everyMs: number): StandInStream;
  /** Paths with query asked by REST, in order; and with which authorization. */
  readonly asked: { url: URL; authorization: string | undefined }[];
  /** Changes how it behaves from now on. */
  readonly behaviour: {
    plan: StandInPlan;
    /** Says nothing after the connect: no `connected`, no answers. */
    mute: boolean;
    /** Swallows acknowledgements of these topics. */
    unacknowledged: Set<string>;
    /** Answers pings. */
    pongs: boolean;
    /** Drops each connection right after `auth_success`. */
    dropAfterLogin: boolean;
    rest: (url: URL) => RestAnswer;
  };
  /** Resolves once `condition` holds; looked at whenever something happens here. */
  until(condition: () => boolean): Promise<void>;
  close(): Promise<void>;
}

const status = (word: string, message: string): object => ({ ev: 'status', status: word, message });

export async function startMassiveStandIn(key: string): Promise<MassiveStandIn> {
  const connections: (StandInConnection & { socket: WebSocket; login: StandInLogin | null })[] = [];
  const logins: StandInLogin[] = [];
  const streams: NodeJS.Timeout[] = [];
  const asked: MassiveStandIn['asked'] = [];
  const waiting = new Set<() => void>();
  const happened = (): void => {
    for (const look of [...waiting]) look();
  };
  const behaviour: MassiveStandIn['behaviour'] = {
    plan: {},
    mute: false,
    unacknowledged: new Set(),
    pongs: true,
    dropAfterLogin: false,
    rest: () => ({ body: { status: 'OK' } }),
  };

  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', 'http://stand-in');
    asked.push({ url, authorization: request.headers.authorization });
    const { status: code = 200, headers = {}, body } = behaviour.rest(url);
    response.writeHead(code, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
    happened();
  });
  const sockets = new WebSocketServer({ server, autoPong: false });

  sockets.on('connection', (socket) => {
    const connection = {
      socket,
      login: null as StandInLogin | null,
      said: [] as { action: string; params: string }[],
      topics: new Set<string>(),
      send(frame: string | Buffer | readonly object[]) {
        socket.send(typeof frame === 'string' || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame));
      },
      drop: () => socket.terminate(),
      isOpen: () => socket.readyState === socket.OPEN,
    };
    connections.push(connection);
    socket.on('ping', (data) => behaviour.pongs && socket.pong(data));
    socket.on('close', () => {
      end(connection);
      happened();
    });
    socket.on('message', (data: Buffer) => {
      const said = JSON.parse(data.toString()) as { action: string; params: string };
      connection.said.push(said);
      if (!behaviour.mute) answer(connection, said);
      happened();
    });
    if (!behaviour.mute) connection.send([status('connected', 'Connected Successfully')]);
    happened();
  });

  function answer(
    connection: (typeof connections)[number],
    { action, params }: { action: string; params: string },
  ): void {
    const topics = params.split(',');
    if (action === 'auth') {
      login(connection, params);
    } else if (action === 'unsubscribe') {
      for (const topic of topics) connection.topics.delete(topic);
      connection.send(topics.map((topic) => status('success', `unsubscribed to: ${topic}`)));
    } else {
      subscribe(connection, topics);
    }
  }

  function login(connection: (typeof connections)[number], params: string): void {
    if (params !== key) {
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
    for (const other of connections) {
      if (other === connection || !other.login || !other.isOpen()) continue;
      evict(other);
    }
  }

  function evict(connection: (typeof connections)[number]): void {
    const text =
      'Maximum number of websocket connections exceeded. You have reached the connection limit for your account.';
    connection.send([status('max_connections', text)]);
    connection.login!.evicted = true;
    end(connection);
    connection.socket.close(1008);
  }

  function end({ login }: (typeof connections)[number]): void {
    if (login) login.until ??= Date.now();
  }

  function stream(everyMs: number): StandInStream {
    const FIRST_CENTS = 10_000;
    const sent: number[] = [];
    const timer = setInterval(() => {
      const now = Date.now();
      const price = (FIRST_CENTS + sent.push(now) - 1) / 100;
      for (const { topics, login, isOpen, send } of connections) {
        if (!login || !isOpen()) continue;
        const symbols = [...topics].filter((topic) => topic.startsWith('T.')).map((topic) => topic.slice(2));
        if (symbols.length === 0) continue;
        send(
          symbols.map((sym) => ({
            ev: 'T',
            sym,
            i: `${now}`,
            x: 11,
            p: price,
            s: 100,
            t: now,
            q: sent.length,
            z: 3,
          })),
        );
      }
    }, everyMs);
    streams.push(timer);
    return {
      sentAt: (price) => sent[Math.round(price * 100) - FIRST_CENTS],
      stop: () => clearInterval(timer),
    };
  }

  function subscribe(connection: (typeof connections)[number], topics: readonly string[]): void {
    const { plan, unacknowledged } = behaviour;
    if (plan.delayedOnly) {
      const text =
        "You don't have access real-time data. If your plan only includes delayed data, you can connect to the delayed websocket at wss://delayed.polygon.io/stocks.";
      connection.send([status('error', text)]);
      return;
    }
    const channelOf = (topic: string): string => topic.split('.', 1)[0] ?? '';
    const known = topics.filter((topic) => KNOWN_CHANNELS.includes(channelOf(topic)));
    const included = known.filter((topic) => plan.channels?.includes(channelOf(topic)) ?? true);
    const answers = included
      .filter((topic) => !connection.topics.has(topic) && !unacknowledged.has(topic))
      .map((topic) => status('success', `subscribed to: ${topic}`));
    for (const topic of included) connection.topics.add(topic);
    if (included.length < known.length) answers.unshift(status('error', 'not authorized'));
    if (answers.length > 0) connection.send(answers);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    wsUrl: `ws://127.0.0.1:${port}/stocks`,
    restUrl: `http://127.0.0.1:${port}`,
    connections,
    logins,
    stream,
    asked,
    behaviour,
    until: (condition) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!condition()) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    close: () =>
      new Promise((resolve) => {
        for (const timer of streams) clearInterval(timer);
        for (const { socket } of connections) socket.terminate();
        sockets.close();
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
