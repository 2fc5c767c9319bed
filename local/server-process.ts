import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import net from 'node:net';

/** Debian's program that has the kernel kill a process when its parent dies. */
const SETPRIV = '/usr/bin/setpriv';
/** Ports below those that Linux gives to outgoing connections: a server finds its own again after a restart. */
const PORTS = { from: 10_000, below: 32_768 };

/**
 * Starts a server of ours. It ends with this process, even with kill -9, and a Ctrl-C of the terminal does not
 * reach it: this process decides in which order things stop.
 */
export function spawnServer(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  const bound = existsSync(SETPRIV) ? [SETPRIV, '--pdeathsig', 'KILL', command] : [command];
  return spawn(bound[0]!, [...bound.slice(1), ...args], { ...options, detached: true });
}

export const isRunning = (server: ChildProcess): boolean =>
  server.pid !== undefined && server.exitCode === null && server.signalCode === null;

/** Resolves with the exit code, null where a signal ended it. */
export async function end(server: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (!isRunning(server)) return server.exitCode;
  const exited = once(server, 'exit');
  server.kill(signal);
  await exited;
  return server.exitCode;
}

/** Resolves when it is gone, however it ended. */
export const exited = (server: ChildProcess): Promise<void> =>
  isRunning(server) ? new Promise((resolve) => server.once('exit', () => resolve())) : Promise.resolve();

interface ProcessState {
  readonly state: string;
  readonly parent: number;
}

/** Linux only; null where the process is gone. */
function stateOf(pid: number | string): ProcessState | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name before it stands in brackets and may hold anything.
    const [state = '', parent = ''] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state, parent: Number(parent) };
  } catch {
    return null;
  }
}

/** Whether the process still runs. A zombie does not. */
export const isAlive = (pid: number): boolean => {
  const found = stateOf(pid);
  return found !== null && found.state !== 'Z' && found.state !== 'X';
};

/** Process ids of its children; none where there is no /proc. */
export const childrenOf = (pid: number): number[] =>
  existsSync('/proc/self/stat')
    ? readdirSync('/proc')
        .filter((name) => /^\d+$/.test(name) && stateOf(name)?.parent === pid)
        .map(Number)
    : [];

/** A port of this machine that was free a moment ago. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(PORTS.from, PORTS.below);
    const server = net.createServer().listen(port, '127.0.0.1');
    const free = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!free) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}

/** Whether a server accepts connections there. */
export const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

/**
 * Whether this process may read the terminal: the system stops one in the background that tries. Linux only;
 * elsewhere a terminal is taken to be ours.
 */
export function inForeground(): boolean {
  if (!process.stdin.isTTY) return false;
  if (!existsSync('/proc/self/stat')) return true;
  const text = readFileSync('/proc/self/stat', 'utf8');
  const [, , group, , , foreground] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return group === foreground;
}
