import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { startPostgresServer } from '../../local/postgres-server.ts';

/** Ticks of a CPU a second, as Linux counts the time of processes. */
const TICKS = 100;
const SCALE = 20;

/** A Postgres that syncs to disk, whose work is counted. */
export interface OwnPostgres {
  readonly url: string;
  /** User and system time of all its processes, those that have ended included. */
  cpuSeconds(): number;
  createDatabase(name: string): Promise<void>;
  /** Transactions a second of `pgbench -N -M prepared`. */
  pgbench(clients: number, seconds: number): Promise<number>;
  stop(): Promise<void>;
}

export async function startOwnPostgres(): Promise<OwnPostgres> {
  const server = await startPostgresServer({ settings: { shared_buffers: '256MB' } });
  const { hostname, port } = new URL(server.url);
  const run = (program: string, ...args: string[]) =>
    promisify(execFile)(program, ['-h', hostname, '-p', port, '-U', 'postgres', ...args]);
  let isReady = false;
  return {
    url: server.url,
    cpuSeconds: () => cpuOf(server.pid),
    async createDatabase(name) {
      await run('createdb', name);
    },
    async pgbench(clients, seconds) {
      if (!isReady) {
        await run('createdb', 'pgbench');
        await run('pgbench', '-i', '-q', '-s', String(SCALE), 'pgbench');
        isReady = true;
      }
      const load = ['-N', '-M', 'prepared', '-c', String(clients), '-j', '2', '-T', String(seconds), '-n'];
      const { stdout } = await run('pgbench', ...load, 'pgbench');
      const [, rate] = /^tps = ([\d.]+)/m.exec(stdout) ?? [];
      if (!rate) throw new Error(`pgbench did not say how fast it was: ${stdout}`);
      return Number(rate);
    },
    stop: () => server.stop(),
  };
}

/** Of a process, its children and what has ended of them. */
function cpuOf(pid: number): number {
  let ticks = 0;
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const times = timesOf(name);
    if (!times) continue;
    if (Number(name) === pid) ticks += times.own + times.ended;
    else if (times.parent === pid) ticks += times.own;
  }
  return ticks / TICKS;
}

function timesOf(name: string): { parent: number; own: number; ended: number } | null {
  try {
    const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
    // The name of the program is in brackets and may have blanks.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [user, system, endedUser, endedSystem] = fields.slice(11, 15).map(Number);
    return { parent: Number(fields[1]), own: user! + system!, ended: endedUser! + endedSystem! };
  } catch {
    return null;
  }
}
