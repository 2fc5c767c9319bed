import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import { whyNotReady } from './readiness.ts';

/**
 * Sends each connection to a random replica that is ready and leaves it there, as Railway does. Where none is ready, any
 * that accepts it serves: it answers by itself why not.
 */
export interface Front {
  readonly url: string;
  readonly port: number;
  /** Ports of the replicas that receive connections now. */
  ready(): number[];
  close(): Promise<void>;
}

export interface FrontOptions {
  /** 0, the default, is a free one. */
  readonly port?: number;
  readonly host?: string;
  /** Ports of the replicas, asked each time: they may change. */
  readonly replicas: () => readonly number[];
}

const ASK_EVERY_MS = 500;

/** Resolves when it listens and has asked each replica once. */
export async function startFront({ port = 0, host = '127.0.0.1', replicas }: FrontOptions): Promise<Front> {
  const ready = new Set<number>();
  const open = new Set<net.Socket>();
  const ask = async (): Promise<void> => {
    const ports = replicas();
    for (const known of ready) if (!ports.includes(known)) ready.delete(known);
    await Promise.all(
      ports.map(async (one) => {
        if (await whyNotReady(`http://127.0.0.1:${one}`)) ready.delete(one);
        else ready.add(one);
      }),
    );
  };

  /** Joins the client to the first of the replicas that accepts it, in random order. */
  function join(client: net.Socket, choice: number[]): void {
    const [chosen] = choice.splice(randomInt(choice.length || 1), 1);
    if (chosen === undefined || client.destroyed) {
      client.destroy();
      return;
    }
    const replica = net.connect({ port: chosen, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    const refused = (): void => {
      ready.delete(chosen);
      join(client, choice);
    };
    replica.once('error', refused);
    replica.once('connect', () => {
      replica.off('error', refused);
      if (client.destroyed) {
        replica.destroy();
        return;
      }
      bind(client, replica);
      bind(replica, client);
    });
  }

  function bind(from: net.Socket, to: net.Socket): void {
    open.add(from);
    from.on('error', () => to.destroy());
    from.once('close', () => {
      open.delete(from);
      // After a proper end the rest is still on its way.
      if (!from.readableEnded) to.destroy();
    });
    from.pipe(to);
  }

  const server = net.createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (client) => {
    // One that goes before it is joined.
    client.on('error', () => client.destroy());
    join(client, ready.size > 0 ? [...ready] : [...replicas()]);
  });
  server.listen(port, host);
  await once(server, 'listening');
  await ask();
  const asking = setInterval(ask, ASK_EVERY_MS);
  const { port: taken } = server.address() as net.AddressInfo;
  return {
    url: `http://${host}:${taken}`,
    port: taken,
    ready: () => [...ready],
    async close() {
      clearInterval(asking);
      server.close();
      for (const socket of open) socket.destroy();
      await once(server, 'close');
    },
  };
}
