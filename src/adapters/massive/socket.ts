import { WebSocket } from 'ws';

/** Frames above a megabyte are dropped by the reader; far above, the connection is not worth keeping. */
const MAX_PAYLOAD_BYTES = 16 * 1024 * 1024;
const MAX_FRAME_BYTES = 1_000_000;

/** The WebSocket to upstream: text in both directions, and whether anything arrives at all. */
export interface UpstreamSocket {
  /** Nothing happens while the socket is not open. */
  send(message: object): void;
  ping(): void;
  /** Cuts the connection: upstream does not answer close frames reliably. */
  cut(): void;
}

export interface UpstreamSocketOptions {
  readonly wsUrl: string;
  readonly handshakeTimeoutMs: number;
  readonly onText: (text: string) => void;
  /** A frame that is no market data by its kind or its size. */
  readonly onOversize: () => void;
  /** A ping or a pong. */
  readonly onSign: () => void;
  readonly onGone: (detail: string) => void;
}

export function openSocket(options: UpstreamSocketOptions): UpstreamSocket {
  const { wsUrl, handshakeTimeoutMs, onText, onOversize, onSign, onGone } = options;
  const socket = new WebSocket(wsUrl, {
    maxPayload: MAX_PAYLOAD_BYTES,
    handshakeTimeout: handshakeTimeoutMs,
  });
  const isOpen = (): boolean => socket.readyState === WebSocket.OPEN;

  socket.on('message', (data: Buffer, isBinary: boolean) => {
    if (isBinary || data.length > MAX_FRAME_BYTES) onOversize();
    else onText(data.toString('utf8'));
  });
  socket.on('pong', onSign);
  socket.on('ping', onSign);
  socket.on('error', (error) => onGone(`The upstream connection failed: ${error.message}`));
  socket.on('close', (code) => onGone(`Upstream closed the connection (${code}).`));

  return {
    send(message) {
      if (isOpen()) socket.send(JSON.stringify(message));
    },
    ping() {
      if (isOpen()) socket.ping();
    },
    cut: () => socket.terminate(),
  };
}
