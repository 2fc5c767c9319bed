import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** Answers on a connection for which Node has no response object, with JSON, and ends it. */
export function answerRaw(
  connection: Duplex,
  status: number,
  json: object,
  headers: Readonly<Record<string, string | number>> = {},
): void {
  const body = JSON.stringify(json);
  const lines = Object.entries({
    ...headers,
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    Connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  connection.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
}
