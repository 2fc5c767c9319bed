import { createServer, request } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterAll } from '@jest/globals';

/** A way to the service that can stop letting Socket.IO through, as some company networks do. */
export interface NoSocketsProxy {
  readonly url: string;
  /** Cuts the open sockets and refuses new ones; everything else still passes. */
  block(): void;
  unblock(): void;
}

const cleanups: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  await Promise.all(cleanups.splice(0).map((cleanup) => cleanup()));
});

/** Stands in front of the service on 127.0.0.1:`port`; gone after the file's tests. */
export async function startNoSocketsProxy(port: number): Promise<NoSocketsProxy> {
  const open = new Set<Socket>();
  let blocked = false;
  const target = { host: '127.0.0.1', port };
  const isSocketIo = (url = ''): boolean => url.startsWith('/socket.io');

  const server = createServer((req, res) => {
    if (blocked && isSocketIo(req.url)) {
      res.writeHead(403).end();
      return;
    }
    const forward = request(
      { ...target, method: req.method, path: req.url, headers: req.headers },
      (answer) => {
        res.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(res);
      },
    );
    forward.on('error', () => res.destroy());
    req.pipe(forward);
  });

  server.on('upgrade', (req, socket: Socket, head) => {
    if (blocked) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
      return;
    }
    open.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => open.delete(socket));
    const forward = request({ ...target, method: req.method, path: req.url, headers: req.headers });
    forward.on('upgrade', (answer, upstream, upstreamHead) => {
      const headers = Object.entries(answer.headers).map(([name, value]) => `${name}: ${value}`);
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${headers.join('\r\n')}\r\n\r\n`);
      socket.write(upstreamHead);
      upstream.write(head);
      upstream.on('error', () => socket.destroy());
      upstream.pipe(socket).pipe(upstream);
      socket.on('close', () => upstream.destroy());
    });
    forward.on('error', () => socket.destroy());
    forward.end();
  });

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(async () => {
    for (const socket of open) socket.destroy();
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    block() {
      blocked = true;
      for (const socket of open) socket.destroy();
    },
    unblock() {
      blocked = false;
    },
  };
}
