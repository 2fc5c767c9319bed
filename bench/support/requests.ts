import { Agent, get } from 'node:http';
import type { Histogram } from '../../rig/histogram.ts';
import type { SeededUser } from '../../rig/seed.ts';
import { pass } from './case.ts';
import { sessionHeaders } from './speech.ts';

export interface Requests {
  readonly port: number;
  /** Each sends in its turn. */
  readonly users: readonly SeededUser[];
  readonly paths: readonly string[];
  readonly perSecond: number;
}

/** As a browser keeps its connections. */
const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/**
 * GET requests at a steady pace, whether or not the last one has been answered. Milliseconds run from the moment a
 * request was due to the end of its answer. Throws where one is refused.
 */
export async function measureRequests(
  { port, users, paths, perSecond }: Requests,
  latencies: Histogram,
): Promise<void> {
  const answers: Promise<void>[] = [];
  const startedAt = performance.now();
  for (const [number, path] of paths.entries()) {
    const dueAt = startedAt + (number * 1_000) / perSecond;
    const wait = dueAt - performance.now();
    if (wait > 0) await pass(wait);
    const { sessionID } = users[number % users.length]!;
    answers.push(read(port, path, sessionID).then(() => latencies.record(performance.now() - dueAt)));
  }
  await Promise.all(answers);
}

/** Resolves at the end of the answer. */
const read = (port: number, path: string, sessionID: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const headers = { ...sessionHeaders(sessionID), 'Accept-Encoding': 'gzip' };
    get({ host: '127.0.0.1', port, path, agent, headers }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`${path} was answered with ${response.statusCode}`));
      response.on('end', resolve).on('error', reject).resume();
    }).on('error', reject);
  });
