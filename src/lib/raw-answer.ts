import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from './clock.ts';

/** A client reads a short answer within this. One that neither reads nor closes would keep its connection for good. */
const LINGER_MS = 1_000;

/** Answers on a connection for which Node has no response object, with JSON, and ends it: cut where the client stays. */
export function answerRaw(
  connection: Duplex,
  status: number,
  json: object,
  clock: Clock,
  headers: Readonly<Record<string, string | number>> = {},
): void {
  const body = JSON.stringify(json);
  const lines = Object.entries({
    ...headers,
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    Connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  // The client may have gone: there is nobody to answer then.
  connection.on('error', () => {});
  connection.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
  const cancelCut = clock.after(LINGER_MS, () => connection.destroy());
  connection.once('close', cancelCut);
}
