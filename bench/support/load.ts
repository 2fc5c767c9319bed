/** The clients of the fan-out and connection cases, in a process of their own. */

import { openWire, type WireClient } from '../../rig/clients/wire-client.ts';
import { createHistogram } from '../../rig/histogram.ts';
import { serve } from '../../rig/processes/child.ts';
import { type ClientKind, SPEECHES, type Speech } from './speech.ts';
import { cpuSeconds } from './usage.ts';

export interface LoadClient {
  readonly sessionID?: string;
  readonly symbols: readonly string[];
}

export interface ConnectRequest {
  readonly port: number;
  readonly kind: ClientKind;
  readonly clients: readonly LoadClient[];
}

export interface Measured {
  readonly deliveries: number;
  readonly bytes: number;
  /** All bytes that came over the connections, heads of frames included. */
  readonly received: number;
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
const TIMESTAMP = '"timestamp":';
const ISO_LENGTH = 24;

const latencies = createHistogram();
const clients: { readonly wire: WireClient; readonly symbols: readonly string[]; confirmed: () => void }[] =
  [];
let speech: Speech = SPEECHES['socket.io'];
let deliveries = 0;
let bytes = 0;
let closed = 0;
let begunReceived = 0;
let begunAt = 0;
let begunCpu = 0;

const bytesReceived = (): number => clients.reduce((sum, { wire }) => sum + wire.bytesReceived(), 0);

function quoteArrived(data: Buffer, start: number, end: number): void {
  deliveries += 1;
  bytes += end - start;
  if (deliveries % LATENCY_SAMPLE !== 0) return;
  const text = data.toString('latin1', start, end);
  const at = text.indexOf(TIMESTAMP) + TIMESTAMP.length;
  const isText = text[at] === '"';
  const sourceTime = isText
    ? Date.parse(text.slice(at + 1, at + 1 + ISO_LENGTH))
    : parseInt(text.slice(at), 10);
  latencies.record(Date.now() - sourceTime);
}

async function connectOne(port: number, { sessionID = '', symbols }: LoadClient): Promise<void> {
  const { path, headers, quoteInitial, hears } = speech;
  const letter = speech.letter.charCodeAt(0);
  const connected = Promise.withResolvers<void>();
  const entry = { wire: null as unknown as WireClient, symbols, confirmed: () => {} };
  entry.wire = await openWire({
    port,
    path,
    headers: headers(sessionID),
    onClose: () => {
      closed += 1;
    },
    onFrame: (wire) => (data, start, end) => {
      if (end - start > quoteInitial && data[start + quoteInitial] === letter)
        return quoteArrived(data, start, end);
      hears(data.toString('latin1', start, end), {
        sessionID,
        send: wire.send,
        connected: connected.resolve,
        confirmed: () => entry.confirmed(),
      });
    },
  });
  clients.push(entry);
  if (speech.greets) await connected.promise;
}

const methods = {
  /** Resolves when all are connected and signed in. */
  async connect(request: ConnectRequest): Promise<void> {
    speech = SPEECHES[request.kind];
    const todo = [...request.clients];
    const worker = async (): Promise<void> => {
      for (let next = todo.shift(); next; next = todo.shift()) await connectOne(request.port, next);
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
              client.wire.send(speech.subscribe(client.symbols));
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
    begunReceived = bytesReceived();
    begunAt = performance.now();
    begunCpu = cpuSeconds();
  },
  end: (): Measured => ({
    deliveries,
    bytes,
    received: bytesReceived() - begunReceived,
    p50: latencies.at(0.5),
    p99: latencies.at(0.99),
    cpuSeconds: cpuSeconds() - begunCpu,
    seconds: (performance.now() - begunAt) / 1000,
    closed,
  }),
};
export type LoadMethods = typeof methods;

serve(methods);
