/** Readers of signals over both transports, in a process of their own. */

import { openWire } from '../../rig/clients/wire-client.ts';
import { createHistogram } from '../../rig/histogram.ts';
import { serve } from '../../rig/processes/child.ts';
import { PLAIN_SIGNALS_PATH } from '../../src/protocol/plain-signals.ts';
import { SPEECHES } from './speech.ts';
import { cpuSeconds } from './usage.ts';

export interface ReadersRequest {
  readonly port: number;
  /** One reader each; every second one over `/ws/signals`. */
  readonly sessionIDs: readonly string[];
}

export interface Received {
  readonly deliveries: number;
  /** Signals that did not follow the one before: a hole, a repeat, or another order. */
  readonly wrong: number;
  /** Connections that have ended since the start. */
  readonly closed: number;
  /** Milliseconds from the time in the signal to its arrival, of every delivery. */
  readonly p50: number;
  readonly p99: number;
  readonly longest: number;
  readonly cpuSeconds: number;
}

const CONCURRENCY = 100;
const TIMESTAMP = '"timestamp":"';
const ISO_LENGTH = '2026-01-01T00:00:00.000Z'.length;
const [QUOTE, ZERO, NINE] = ['"', '0', '9'].map((text) => text.charCodeAt(0)) as [number, number, number];
/** Of the messages only a signal begins like this. */
const KINDS = {
  'socket.io': { speech: SPEECHES['socket.io'], start: '42["signal:', end: '}]'.length },
  plain: {
    speech: { ...SPEECHES.plain, path: PLAIN_SIGNALS_PATH },
    start: '{"type":"signal"',
    end: '}'.length,
  },
} as const;

const latencies = createHistogram();
let deliveries = 0;
let wrong = 0;
let closed = 0;
let begunCpu = 0;

/** The number ends the message. */
function seqOf(data: Buffer, end: number): number {
  let value = 0;
  let factor = 1;
  for (let at = end - 1; data[at]! >= ZERO && data[at]! <= NINE; at--) {
    value += (data[at]! - ZERO) * factor;
    factor *= 10;
  }
  return value;
}

function timeOf(data: Buffer, start: number): number {
  const at = data.indexOf(TIMESTAMP, start, 'latin1') + TIMESTAMP.length;
  if (data[at + ISO_LENGTH] !== QUOTE) throw new Error('a signal without a time');
  return Date.parse(data.toString('latin1', at, at + ISO_LENGTH));
}

async function connectOne(port: number, kind: keyof typeof KINDS, sessionID: string): Promise<void> {
  const { speech, start: beginning, end: ending } = KINDS[kind];
  const [connected, confirmed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let last = 0;
  const wire = await openWire({
    port,
    path: speech.path,
    headers: speech.headers(sessionID),
    onClose: () => {
      closed += 1;
    },
    onFrame: (client) => (data, start, end) => {
      if (data.toString('latin1', start, start + beginning.length) !== beginning) {
        speech.hears(data.toString('latin1', start, end), {
          sessionID,
          send: client.send,
          connected: connected.resolve,
          confirmed: confirmed.resolve,
        });
        return;
      }
      const seq = seqOf(data, end - ending);
      if (last !== 0 && seq !== last + 1) wrong += 1;
      last = seq;
      deliveries += 1;
      latencies.record(Date.now() - timeOf(data, start));
    },
  });
  await connected.promise;
  if (kind === 'plain') return;
  wire.send('420["subscribe:signals"]');
  await confirmed.promise;
}

const methods = {
  /** Resolves when all of them follow the signals. */
  async connect({ port, sessionIDs }: ReadersRequest): Promise<void> {
    const todo = sessionIDs.entries();
    await Promise.all(
      Array.from({ length: CONCURRENCY }, async () => {
        for (const [index, sessionID] of todo)
          await connectOne(port, index % 2 === 0 ? 'socket.io' : 'plain', sessionID);
      }),
    );
  },
  begin(): void {
    latencies.clear();
    deliveries = 0;
    begunCpu = cpuSeconds();
  },
  received: (): Received => ({
    deliveries,
    wrong,
    closed,
    p50: latencies.at(0.5),
    p99: latencies.at(0.99),
    longest: latencies.at(1),
    cpuSeconds: cpuSeconds() - begunCpu,
  }),
};
export type ReadersMethods = typeof methods;

serve(methods);
