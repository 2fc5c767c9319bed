import net from 'node:net';
import type { Kept } from './keep-running.ts';
import { answers } from './postgres-process.ts';

export interface Watched {
  readonly program: Kept;
  /** What is wrong with it, or null. Gives up by itself. */
  problem(): Promise<string | null>;
}

const LOOK_EVERY_MS = 1_000;
/** A server of this machine that takes longer to answer hangs. */
const ANSWER_TIMEOUT_MS = 1_500;

/** Reports when a program that runs stops answering, and when it answers again. Returns what ends it. */
export function watch(all: readonly Watched[], say: (line: string) => void): () => void {
  const silent = new Set<Kept>();
  let looking = false;
  const look = async ({ program, problem }: Watched): Promise<void> => {
    const pid = program.pid();
    const wrong = await problem();
    // A program that has ended meanwhile is reported by what keeps it running.
    if (pid === null || program.pid() !== pid) {
      silent.delete(program);
    } else if (wrong !== null && !silent.has(program)) {
      silent.add(program);
      say(`${program.name} (pid ${pid}) ${wrong}`);
    } else if (wrong === null && silent.delete(program)) {
      say(`${program.name} (pid ${pid}) answers again`);
    }
  };
  const timer = setInterval(async () => {
    if (looking) return;
    looking = true;
    await Promise.all(all.map(look));
    looking = false;
  }, LOOK_EVERY_MS);
  return () => clearInterval(timer);
}

/** Signs in to Postgres. */
export const postgresProblem = async (url: string): Promise<string | null> =>
  (await answers(url, ANSWER_TIMEOUT_MS)) ? null : 'does not answer';

/** Sends a PING to Redis; null where it is answered. */
export const redisProblem = (port: number): Promise<string | null> =>
  new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    const settle = (problem: string | null): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(problem);
    };
    const timer = setTimeout(() => settle('does not answer'), ANSWER_TIMEOUT_MS);
    socket.once('data', () => settle(null));
    socket.once('error', () => settle('accepts no connections'));
  });
