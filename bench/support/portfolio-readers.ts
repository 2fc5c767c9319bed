/** Stock clients that each follow their own portfolio, in a process of their own. */

import { openWire } from '../../rig/clients/wire-client.ts';
import { createHistogram } from '../../rig/histogram.ts';
import { serve } from '../../rig/processes/child.ts';
import { SPEECHES } from './speech.ts';
import { cpuSeconds } from './usage.ts';

export interface ViewersRequest {
  readonly port: number;
  /** One viewer each. */
  readonly sessionIDs: readonly string[];
}

export interface Viewed {
  readonly updates: number;
  /** Updates of the viewer that got fewest. */
  readonly fewest: number;
  readonly bytes: number;
  /** Milliseconds from the time in a portfolio to the arrival of the next one: how old the numbers on a screen become. */
  readonly p50: number;
  readonly p99: number;
  readonly oldest: number;
  /** Connections that have ended since the start. */
  readonly closed: number;
  readonly cpuSeconds: number;
}

const CONCURRENCY = 50;
const START = '42["portfolio:update"';
const TIMESTAMP = '"timestamp":"';
const ISO_LENGTH = '2026-01-01T00:00:00.000Z'.length;

interface Viewer {
  updates: number;
  /** The time in the portfolio that it shows, milliseconds since epoch; 0 before the first. */
  shown: number;
}

const viewers: Viewer[] = [];
const ages = createHistogram();
let bytes = 0;
let closed = 0;
let begunCpu = 0;

function shows(viewer: Viewer, data: Buffer, start: number, end: number): void {
  if (viewer.shown !== 0) ages.record(Date.now() - viewer.shown);
  // Behind the positions: only these and their marks are before it.
  const at = data.lastIndexOf(TIMESTAMP, end, 'latin1') + TIMESTAMP.length;
  viewer.shown = Date.parse(data.toString('latin1', at, at + ISO_LENGTH));
  viewer.updates += 1;
  bytes += end - start;
}

async function connectOne(port: number, sessionID: string): Promise<void> {
  const speech = SPEECHES['socket.io'];
  const [connected, confirmed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const viewer: Viewer = { updates: 0, shown: 0 };
  viewers.push(viewer);
  const wire = await openWire({
    port,
    path: speech.path,
    headers: speech.headers(sessionID),
    onClose: () => {
      closed += 1;
    },
    onFrame: (client) => (data, start, end) => {
      if (data.toString('latin1', start, start + START.length) === START) {
        shows(viewer, data, start, end);
        return;
      }
      speech.hears(data.toString('latin1', start, end), {
        ...{ sessionID, send: client.send, connected: connected.resolve, confirmed: confirmed.resolve },
      });
    },
  });
  await connected.promise;
  wire.send('420["subscribe:portfolio"]');
  await confirmed.promise;
}

const methods = {
  /** Resolves when all of them follow their portfolios. */
  async connect({ port, sessionIDs }: ViewersRequest): Promise<void> {
    const todo = sessionIDs.values();
    await Promise.all(
      Array.from({ length: CONCURRENCY }, async () => {
        for (const sessionID of todo) await connectOne(port, sessionID);
      }),
    );
  },
  begin(): void {
    ages.clear();
    bytes = 0;
    begunCpu = cpuSeconds();
    for (const viewer of viewers) viewer.updates = 0;
  },
  viewed: (): Viewed => ({
    updates: viewers.reduce((sum, viewer) => sum + viewer.updates, 0),
    fewest: Math.min(...viewers.map((viewer) => viewer.updates)),
    bytes,
    p50: ages.at(0.5),
    p99: ages.at(0.99),
    oldest: ages.at(1),
    closed,
    cpuSeconds: cpuSeconds() - begunCpu,
  }),
};
export type ViewersMethods = typeof methods;

serve(methods);
