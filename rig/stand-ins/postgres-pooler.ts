import net from 'node:net';

const SSL_REQUEST = 80_877_103;
/** What PgBouncer 1.18 takes at the start of a connection; anything else ends it. */
const START_UP_PARAMETERS = [
  'user',
  'database',
  'application_name',
  'client_encoding',
  'DateStyle',
  'TimeZone',
  'standard_conforming_strings',
];

/**
 * A pooler before a Postgres without passwords, as far as a client notices one: refuses the start-up parameters that
 * PgBouncer refuses, and in transaction mode lends a connection of the server for one transaction, each time the one
 * that rested longest.
 */
export interface PostgresPooler {
  /** Without the name of a database. */
  readonly url: string;
  close(): Promise<void>;
}

/** `server` is the port of a Postgres on 127.0.0.1. */
export async function startPostgresPooler(
  server: number,
  mode: 'session' | 'transaction',
): Promise<PostgresPooler> {
  const sockets = new Set<net.Socket>();
  const resting: Backend[] = [];

  const listener = net.createServer((client) => {
    sockets.add(client);
    client.on('error', () => client.destroy());
    let backend: Backend | null = null;
    let startUp: Buffer | null = null;
    let work = Promise.resolve();

    const release = (): void => {
      if (backend) resting.push(backend);
      backend = null;
    };
    const forward = async (message: Buffer): Promise<void> => {
      backend ??= resting.shift() ?? (await openBackend(server, startUp!, sockets));
      backend.onAnswer = (answer, isIdle) => {
        client.write(answer);
        if (isIdle && mode === 'transaction') release();
      };
      backend.socket.write(message);
    };
    const begin = (message: Buffer): void => {
      const refused = parametersOf(message).find((name) => !START_UP_PARAMETERS.includes(name));
      if (refused) {
        client.end(errorMessage('08P01', `unsupported startup parameter: ${refused}`));
        return;
      }
      startUp = message;
      client.write(Buffer.concat([AUTHENTICATED, READY]));
    };
    const onMessage = readMessages((message) => {
      if (startUp !== null) {
        // Goodbye is for us, not for the server.
        if (message[0] !== 0x58) work = work.then(() => forward(message));
      } else if (message.readInt32BE(4) === SSL_REQUEST) client.write('N');
      else begin(message);
      return startUp !== null;
    });
    client.on('data', onMessage);
    client.on('close', () => {
      sockets.delete(client);
      // In the middle of a transaction, or with the settings of a session: used up.
      backend?.socket.destroy();
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  return {
    url: `postgres://postgres@127.0.0.1:${(listener.address() as net.AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        listener.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

interface Backend {
  readonly socket: net.Socket;
  onAnswer: (message: Buffer, isIdle: boolean) => void;
}

/** A connection to the server, ready for its first query. */
function openBackend(port: number, startUp: Buffer, sockets: Set<net.Socket>): Promise<Backend> {
  const socket = net.connect(port, '127.0.0.1');
  sockets.add(socket);
  socket.write(startUp);
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    const backend: Backend = { socket, onAnswer: (_, isIdle) => isIdle && resolve(backend) };
    const read = readMessages((message) => {
      backend.onAnswer(message, message[0] === 0x5a && message[5] === 0x49);
      return true;
    }, true);
    socket.on('data', read);
  });
}

/** Cuts a stream into messages. Those of the start have no type; `handle` says whether the next one has one. */
function readMessages(handle: (message: Buffer) => boolean, hasType = false): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0);
  let typed = hasType;
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      const head = typed ? 1 : 0;
      if (rest.length < head + 4) return;
      const end = head + rest.readInt32BE(head);
      if (rest.length < end) return;
      const message = rest.subarray(0, end);
      rest = rest.subarray(end);
      typed = handle(message);
    }
  };
}

/** Names of the parameters of a start-up message. */
const parametersOf = (message: Buffer): string[] =>
  message
    .toString('utf8', 8)
    .split('\0')
    .filter((text, index) => text !== '' && index % 2 === 0);

function message(type: string, ...parts: (Buffer | string)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const head = Buffer.alloc(5, type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}
const AUTHENTICATED = message('R', Buffer.alloc(4));
const READY = message('Z', 'I');
const errorMessage = (code: string, text: string): Buffer =>
  message('E', `SFATAL\0VFATAL\0C${code}\0M${text}\0\0`);
