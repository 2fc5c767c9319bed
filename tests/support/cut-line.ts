import { once } from 'node:events';
import net from 'node:net';

/** A line to a server on this machine that can be cut as a firewall cuts it: no end, no error, just silence. */
export interface CutLine {
  readonly port: number;
  /** Silences the connections that are open; new ones get through. */
  cut(): void;
  close(): Promise<void>;
}

export async function startCutLine(port: number): Promise<CutLine> {
  const open = new Set<net.Socket>();
  const server = net.createServer((near) => {
    const far = net.connect(port, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(from);
      from.on('error', () => {});
      from.on('close', () => {
        open.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as net.AddressInfo).port,
    cut() {
      for (const socket of open) socket.unpipe();
      for (const socket of open) socket.pause();
    },
    async close() {
      server.close();
      for (const socket of open) socket.destroy();
      await once(server, 'close');
    },
  };
}
