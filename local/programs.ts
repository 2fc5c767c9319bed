import { rmSync } from 'node:fs';
import type { Program } from './keep-running.ts';
import { type PostgresServer, startPostgresServer } from './postgres-server.ts';
import { type RedisServer, startRedisServer } from './redis-server.ts';
import { startReplica } from './replica.ts';

/** Redis with its log in `folder`; empty at each start. */
export function redisProgram(port: number, folder: string): Program {
  let server: RedisServer | null = null;
  return {
    name: 'Redis',
    async start() {
      if (server) await server.restart();
      else server = await startRedisServer({ port, folder });
      return { pid: server.pid, exited: server.exited(), stop: server.stop, kill: server.kill };
    },
  };
}

/** Postgres with its data in `folder`. */
export function postgresProgram(port: number, folder: string): Program {
  let server: PostgresServer | null = null;
  return {
    name: 'Postgres',
    async start() {
      if (server) await server.restart();
      else server = await startPostgresServer({ port, folder });
      return { pid: server.pid, exited: server.exited(), stop: server.stop, kill: server.kill };
    },
  };
}

/** A replica; what it prints lies in `logFile`, which begins anew with the cluster. */
export function replicaProgram(options: {
  readonly name: string;
  readonly port: number;
  readonly logFile: string;
  readonly env: Readonly<Record<string, string>>;
}): Program {
  rmSync(options.logFile, { force: true });
  return {
    name: options.name,
    async start(signal) {
      const replica = await startReplica({ ...options, signal });
      return {
        pid: replica.pid,
        exited: replica.exited,
        kill: replica.kill,
        stop() {
          // A stopped process would never receive the signal.
          replica.wake();
          return replica.stop();
        },
      };
    },
  };
}
