import path from 'node:path';
import { type Replica, startReplica } from '../../local/replica.ts';
import { freePort } from '../../local/server-process.ts';
import type { Seams } from './seams.ts';

/** One place for a replica: whatever runs in it has the same port. */
export interface Slot {
  readonly index: number;
  readonly port: number;
  /** The name of the running replica; each start has another one. */
  readonly name: string;
  readonly replica: Replica;
  readonly isRunning: boolean;
  /** How often a replica ended by itself. */
  readonly unexpectedExits: number;
  /** Starts a replica here; call it at first, and after the one before has ended. */
  start(change?: { readonly seams?: Seams; readonly env?: Readonly<Record<string, string>> }): Promise<void>;
  /** kill -9. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
}

export interface SlotOptions {
  readonly index: number;
  readonly env: Readonly<Record<string, string>>;
  readonly seams: Seams;
}

const PROGRAM = path.join(import.meta.dirname, '../servers/replica.ts');

export async function createSlot({ index, env, seams }: SlotOptions): Promise<Slot> {
  const port = await freePort();
  let replica: Replica | null = null;
  let running = false;
  let name = '';
  let unexpectedExits = 0;
  const current = (): Replica => {
    if (!replica) throw new Error(`nothing was started in place ${index}`);
    return replica;
  };
  return {
    index,
    port,
    get name() {
      return name;
    },
    get replica() {
      return current();
    },
    get isRunning() {
      return running;
    },
    get unexpectedExits() {
      return unexpectedExits;
    },
    async start(change = {}) {
      const started = await startReplica({
        program: PROGRAM,
        port,
        env: { ...env, ...change.env, DRILL_SEAMS: JSON.stringify({ ...seams, ...change.seams }) },
      });
      replica = started;
      running = true;
      name = await nameOf(started.url);
      void started.exited.then(() => {
        if (running && replica === started) unexpectedExits += 1;
        if (replica === started) running = false;
      });
    },
    async kill() {
      running = false;
      await current().kill();
    },
    async stop() {
      running = false;
      return current().stop();
    },
  };
}

async function nameOf(url: string): Promise<string> {
  const answer = await fetch(`${url}/health/websocket`, { headers: { connection: 'close' } });
  const body = (await answer.json()) as { replica: string };
  return body.replica;
}
