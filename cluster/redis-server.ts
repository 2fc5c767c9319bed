import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** A real Redis of our own: its own port and folder, nothing kept on disk. */
export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** kill -9; resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGSTOP: it keeps its connections and answers nobody. */
  hang(): void;
  /** SIGCONT. */
  wake(): void;
  /** Starts it again on the same port, empty; call it after `kill`. */
  restart(): Promise<void>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 10_000;
const ASK_AGAIN_MS = 10;

/** Throws where redis-server is not installed or does not start. `port` 0 takes a free one. */
export async function startRedisServer({ port: wanted = 0 }: { port?: number } = {}): Promise<RedisServer> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tradecast-redis-'));
  const port = wanted === 0 ? await freePort() : wanted;
  let server = await launch(port, folder);
  const end = async (): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const exited = once(server, 'exit');
    server.kill('SIGKILL');
    await exited;
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    kill: end,
    hang: () => void server.kill('SIGSTOP'),
    wake: () => void server.kill('SIGCONT'),
    async restart() {
      server = await launch(port, folder);
    },
    async stop() {
      await end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function launch(port: number, folder: string): Promise<ChildProcess> {
  const settings = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    folder,
    '--save',
    '',
    '--appendonly',
    'no',
  ];
  const server = spawn('redis-server', settings, { stdio: 'ignore' });
  let problem: Error | null = null;
  server.once('error', (error) => {
    problem = error;
  });
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await accepts(port))) {
    if (problem) throw problem;
    if (server.exitCode !== null) throw new Error(`redis-server ended with ${server.exitCode}`);
    if (Date.now() > deadline) throw new Error('redis-server did not start');
    await pause(ASK_AGAIN_MS);
  }
  return server;
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
