import type { Child, Methods } from '../../rig/processes/child.ts';
import { startChild } from '../../rig/processes/child.ts';
import { pass } from './case.ts';
import type { LoadClient, LoadMethods, Measured } from './load.ts';
import type { Pace } from './quotes.ts';

/** What the three servers have in common. */
export interface FanOutMethods extends Methods {
  updates(pace: Pace | null): void;
  cpuSeconds(): number;
}

export interface FanOut extends Measured {
  /** CPU time of the server process, all threads. */
  readonly serverSeconds: number;
  readonly perCpuSecond: number;
}

export const startLoad = (): Child<LoadMethods> => startChild<LoadMethods>('bench/support/load.ts');

/** Lets the server and its clients run for a while, then measures the deliveries and the server's CPU time. */
export async function measureFanOut(
  server: Child<FanOutMethods>,
  load: Child<LoadMethods>,
  { warmUpMs, windowMs }: { warmUpMs: number; windowMs: number },
): Promise<FanOut> {
  await pass(warmUpMs);
  const [before] = await Promise.all([server.call('cpuSeconds'), load.call('begin')]);
  await pass(windowMs);
  const [after, measured] = await Promise.all([server.call('cpuSeconds'), load.call('end')]);
  const serverSeconds = after - before;
  if (measured.closed > 0) throw new Error(`${measured.closed} connections were lost`);
  return { ...measured, serverSeconds, perCpuSecond: measured.deliveries / serverSeconds };
}

/** `count` clients shared among the users, five to each, with their watchlists. */
export const clientsOf = (
  users: readonly { sessionID: string }[],
  lists: readonly (readonly string[])[],
): LoadClient[] =>
  lists.map((symbols, index) => ({ sessionID: users[index % users.length]!.sessionID, symbols }));
