import { once } from 'node:events';
import net from 'node:net';

/** Stands on the way to a server and can break it. */
export interface TcpProxy {
  readonly port: number;
  /** Everything is cut, and refused from now on. */
  cut(): void;
  /** A black hole: connections stay, new ones are accepted, and nothing passes in either direction. */
  swallow(): void;
  /** As a firewall forgets: nothing passes on the connections that are open, and new ones work. */
  silence(): void;
  /** A process that stands still: nothing passes, and all of it does when it is healed. */
  stall(): void;
  /** As it was; connections of a black hole end. */
  heal(): void;
  close(): Promise<void>;
}

export async function startTcpProxy(target: number): Promise<TcpProxy> {
  let mode: 'open' | 'cut' | 'hole' | 'stalled' = 'open';
  const open = new Set<net.Socket>();
  const silenced = new WeakSet<net.Socket>();
  const join = (from: net.Socket, to: net.Socket): void => {
    open.add(from);
    if (mode === 'stalled') from.pause();
    from.on('data', (chunk) => {
      // What was on its way when it came to stand arrives later, in its place.
      if (mode === 'stalled') from.pause().unshift(chunk);
      else if (mode === 'open' && !silenced.has(from)) to.write(chunk);
    });
    from.on('error', () => {});
    from.once('close', () => {
      open.delete(from);
      to.destroy();
    });
  };
  const endAll = (): void => {
    for (const socket of open) socket.resetAndDestroy();
  };
  const server = net.createServer({ noDelay: true }, (client) => {
    if (mode === 'cut') {
      client.resetAndDestroy();
      return;
    }
    const upstream = net.connect({ port: target, host: '127.0.0.1', noDelay: true });
    join(client, upstream);
    join(upstream, client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as net.AddressInfo).port,
    cut() {
      mode = 'cut';
      endAll();
    },
    swallow() {
      mode = 'hole';
    },
    silence() {
      for (const socket of open) silenced.add(socket);
    },
    stall() {
      mode = 'stalled';
      for (const socket of open) socket.pause();
    },
    heal() {
      if (mode === 'hole') endAll();
      const isStalled = mode === 'stalled';
      mode = 'open';
      if (isStalled) for (const socket of open) socket.resume();
    },
    async close() {
      server.close();
      endAll();
      await once(server, 'close');
    },
  };
}
