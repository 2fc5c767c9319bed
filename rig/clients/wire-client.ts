import { connect, type Socket } from 'node:net';

/**
 * A WebSocket client that does next to nothing. One process must receive hundreds of thousands of messages a second
 * without being what is measured. It finds the frames and passes on where they lie.
 */
export interface WireClient {
  send(text: string): void;
  /** Reads nothing more: what the server sends fills the buffers of the two kernels, then the server's own. */
  pause(): void;
  /** All that has come, heads of frames and the answer to the upgrade included. */
  bytesReceived(): number;
  close(): void;
}

/** The payload is `bytes[start..end)`; the bytes are overwritten after the call. */
export type OnFrame = (bytes: Buffer, start: number, end: number) => void;

/** All sockets read into one buffer: what is in it is consumed before the next read. */
const RECEIVE = Buffer.allocUnsafeSlow(256 * 1024);
const NOTHING = Buffer.alloc(0);
/** Opcodes of frames. */
const TEXT = 1;
const PONG = 10;
/** Masked and empty: the answer that a server waits for before it ends the connection. */
const CLOSE_FRAME = Buffer.from([0x88, 0x80, 0, 0, 0, 0]);
const HEAD_END = '\r\n\r\n';

export function openWire(options: {
  port: number;
  path: string;
  headers?: Readonly<Record<string, string>>;
  onFrame: (client: WireClient) => OnFrame;
  onClose?: () => void;
  /** An upgrade that takes longer is given up: the server accepted the connection and hangs. */
  upgradeTimeoutMs?: number;
}): Promise<WireClient> {
  return new Promise((resolve, reject) => {
    let rest = NOTHING;
    let upgraded = false;
    const client: WireClient = {
      send: (text) => socket.write(clientFrame(text)),
      pause: () => void socket.pause(),
      bytesReceived: () => socket.bytesRead,
      close: () => socket.destroy(),
    };
    const onFrame = options.onFrame(client);

    function take(chunk: Buffer): void {
      let data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      if (!upgraded) {
        const end = data.indexOf(HEAD_END);
        if (end < 0) {
          rest = Buffer.from(data);
          return;
        }
        if (!data.toString('latin1', 0, end).startsWith('HTTP/1.1 101')) {
          socket.destroy(new Error(`no upgrade: ${data.toString('latin1', 0, 200)}`));
          return;
        }
        upgraded = true;
        data = data.subarray(end + HEAD_END.length);
        resolve(client);
      }
      const consumed = readFrames(data, onFrame, {
        ping: (data) => socket.write(clientFrame(data, PONG)),
        close: () => socket.end(CLOSE_FRAME),
      });
      rest = consumed === data.length ? NOTHING : Buffer.from(data.subarray(consumed));
    }

    const socket: Socket = connect({
      port: options.port,
      host: '127.0.0.1',
      noDelay: true,
      onread: {
        buffer: RECEIVE,
        callback(count) {
          take(RECEIVE.subarray(0, count));
          return true;
        },
      },
    });
    socket.once('connect', () => {
      socket.write(
        `GET ${options.path} HTTP/1.1\r\nHost: 127.0.0.1:${options.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n${headerLines(options.headers)}\r\n`,
      );
    });
    const timer =
      options.upgradeTimeoutMs === undefined
        ? undefined
        : setTimeout(() => upgraded || socket.destroy(), options.upgradeTimeoutMs);
    socket.once('error', reject);
    socket.once('close', () => {
      clearTimeout(timer);
      reject(new Error('the connection was closed'));
      options.onClose?.();
    });
  });
}

const headerLines = (headers: Readonly<Record<string, string>> = {}): string =>
  Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');

/** Calls back for each complete frame; answers with the bytes consumed. */
function readFrames(
  data: Buffer,
  onFrame: OnFrame,
  on: { readonly ping: (data: Buffer) => void; readonly close: () => void },
): number {
  let at = 0;
  while (data.length - at >= 2) {
    let length = data[at + 1]! & 0x7f;
    let head = 2;
    if (length === 126) {
      if (data.length - at < 4) break;
      length = data.readUInt16BE(at + 2);
      head = 4;
    } else if (length === 127) {
      if (data.length - at < 10) break;
      length = Number(data.readBigUInt64BE(at + 2));
      head = 10;
    }
    const end = at + head + length;
    if (end > data.length) break;
    const opcode = data[at]! & 0x0f;
    if (opcode === 1) onFrame(data, at + head, end);
    else if (opcode === 8) on.close();
    else if (opcode === 9) on.ping(data.subarray(at + head, end));
    at = end;
  }
  return at;
}

/** A masked frame; the mask of zeros leaves the payload as it is. */
function clientFrame(content: string | Buffer, opcode = TEXT): Buffer {
  const payload = Buffer.from(content);
  const first = 0x80 | opcode;
  const head =
    payload.length < 126
      ? Buffer.from([first, 0x80 | payload.length, 0, 0, 0, 0])
      : Buffer.from([first, 0xfe, payload.length >> 8, payload.length & 0xff, 0, 0, 0, 0]);
  return Buffer.concat([head, payload]);
}
