/** The clients of the fan-out and connection cases, in a process of their own. */

import { SOCKET_IO_PATH } from '../../rig/clients/reconnect.ts';
import { openWire, type WireClient } from '../../rig/clients/wire-client.ts';
import { createHistogram } from '../../rig/histogram.ts';
import { serve } from '../../rig/processes/child.ts';
import { cpuSeconds } from './usage.ts';

export interface LoadClient {
  readonly sessionID?: string;
  readonly symbols: readonly string[];
}

export interface ConnectRequest {
  readonly port: number;
  /** `socket.io` signs in over engine.io; `raw` is connected after the upgrade. */
  readonly kind: 'socket.io' | 'raw';
  readonly clients: readonly LoadClient[];
}

export interface Measured {
  readonly deliveries: number;
  readonly bytes: number;
  /** Milliseconds from the source time of a quote to its arrival here; every 64th delivery. */
  readonly p50: number;
  readonly p99: number;
  readonly cpuSeconds: number;
  readonly seconds: number;
  /** Connections that have ended since the start: none should. */
  readonly closed: number;
}

/** Connections being made at a time. */
const CONCURRENCY = 200;
const LATENCY_SAMPLE = 64;
/** Of all server events only `42["quote:update"` has a q there. */
const EVENT_INITIAL = 4;
const LETTER_Q = 113;
const TIMESTAMP = '"timestamp":"';
const ISO_LENGTH = 24;
const DIGIT_0 = 48;

const latencies = createHistogram();
const clients: { wire: WireClient; symbols: readonly string[]; confirmed: () => void }[] = [];
let deliveries = 0;
let bytes = 0;
let closed = 0;
let begunAt = 0;
let begunCpu = 0;

function quoteArrived(data: Buffer, start: number, end: number): void {
  deliveries += 1;
  bytes += end - start;
  if (deliveries % LATENCY_SAMPLE !== 0) return;
  const text = data.toString('latin1', start, end);
  const at = text.indexOf(TIMESTAMP) + TIMESTAMP.length;
  latencies.record(Date.now() - Date.parse(text.slice(at, at + ISO_LENGTH)));
}

async function connectOne(request: ConnectRequest, { sessionID, symbols }: LoadClient): Promise<void> {
  const raw = request.kind === 'raw';
  let ready = (): void => {};
  const connected = new Promise<void>((resolve) => {
    ready = resolve;
  });
  const entry = { wire: null as unknown as WireClient, symbols, confirmed: () => {} };
  entry.wire = await openWire({
    port: request.port,
    path: raw ? '/' : SOCKET_IO_PATH,
    onClose: () => {
      closed += 1;
    },
    onFrame: (wire) => (data, start, end) => {
      if (end - start > EVENT_INITIAL && data[start + EVENT_INITIAL] === LETTER_Q)
        return quoteArrived(data, start, end);
      const type = data[start]! - DIGIT_0;
      if (type === 0) wire.send(`40${JSON.stringify({ sessionID })}`);
      else if (type === 2) wire.send('3');
      else if (data.toString('latin1', start, start + 2) === '40') ready();
      else if (data.toString('latin1', start, start + 3) === '430') entry.confirmed();
      else if (data.toString('latin1', start, start + 2) === '44')
        throw new Error(`refused: ${data.toString('latin1', start, end)}`);
    },
  });
  clients.push(entry);
  if (!raw) await connected;
}

const methods = {
  /** Resolves when all are connected and signed in. */
  async connect(request: ConnectRequest): Promise<void> {
    const todo = [...request.clients];
    const worker = async (): Promise<void> => {
      for (let next = todo.shift(); next; next = todo.shift()) await connectOne(request, next);
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  },
  /** Every client from number `from` on subscribes to its symbols; resolves when all are confirmed. */
  async subscribe(from: number): Promise<void> {
    for (let start = from; start < clients.length; start += CONCURRENCY) {
      await Promise.all(
        clients.slice(start, start + CONCURRENCY).map(
          (client) =>
            new Promise<void>((resolve) => {
              client.confirmed = resolve;
              client.wire.send(`420${JSON.stringify(['subscribe:watchlist', client.symbols])}`);
            }),
        ),
      );
    }
  },
  /** From now on none of them reads. */
  pause(): void {
    for (const { wire } of clients) wire.pause();
  },
  begin(): void {
    latencies.clear();
    deliveries = 0;
    bytes = 0;
    begunAt = performance.now();
    begunCpu = cpuSeconds();
  },
  end: (): Measured => ({
    deliveries,
    bytes,
    p50: latencies.at(0.5),
    p99: latencies.at(0.99),
    cpuSeconds: cpuSeconds() - begunCpu,
    seconds: (performance.now() - begunAt) / 1000,
    closed,
  }),
};
export type LoadMethods = typeof methods;

serve(methods);
