import { once } from 'node:events';
import net from 'node:net';

export interface LineOptions {
  /** What the line carries from the server to the client. */
  readonly bytesPerSecond?: number;
  /** What a message takes in each direction, beside its length. */
  readonly delayMs?: number;
}

/** A line on the way to a server. What it has yet to carry waits in the buffers of two kernels, which are large. */
export interface ThinLine {
  readonly port: number;
  /** From now on it carries this much. */
  carry(bytesPerSecond: number): void;
  close(): Promise<void>;
}

/** Small steps: what a step carries arrives at once. */
const STEP_MS = 20;

export async function startThinLine(
  target: number,
  { bytesPerSecond = Number.POSITIVE_INFINITY, delayMs = 0 }: LineOptions = {},
): Promise<ThinLine> {
  let rate = bytesPerSecond;
  const open = new Set<net.Socket>();

  function send(to: net.Socket, chunk: Buffer): void {
    if (delayMs === 0) to.write(chunk);
    else setTimeout(() => to.writable && to.write(chunk), delayMs);
  }

  /** Reads no more than the line carries. */
  function carryDown(from: net.Socket, to: net.Socket): void {
    let at = performance.now();
    let allowed = 0;
    const timer = setInterval(() => {
      const now = performance.now();
      // An idle line saves nothing up.
      allowed = Math.min(allowed + (rate * (now - at)) / 1_000, Math.max(1, (rate * 2 * STEP_MS) / 1_000));
      at = now;
      const bytes = Math.min(Math.floor(allowed), from.readableLength);
      const chunk: Buffer | null = bytes > 0 ? from.read(bytes) : from.read(0);
      if (!chunk) return;
      allowed -= chunk.length;
      send(to, chunk);
    }, STEP_MS);
    from.once('close', () => clearInterval(timer));
    // Nothing flows by itself.
    from.on('readable', () => {});
  }

  function follow(socket: net.Socket, other: net.Socket): void {
    open.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => {
      open.delete(socket);
      other.destroy();
    });
  }

  const server = net.createServer({ noDelay: true }, (client) => {
    const upstream = net.connect({ port: target, host: '127.0.0.1', noDelay: true });
    follow(client, upstream);
    follow(upstream, client);
    client.on('data', (chunk) => send(upstream, chunk));
    carryDown(upstream, client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as net.AddressInfo).port,
    carry(bytesPerSecond) {
      rate = bytesPerSecond;
    },
    async close() {
      server.close();
      for (const socket of open) socket.destroy();
      if (open.size > 0 || server.listening) await once(server, 'close');
    },
  };
}
