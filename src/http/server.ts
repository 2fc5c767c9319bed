import { createServer, type RequestListener, type Server, STATUS_CODES } from 'node:http';
import type { ErrorCode } from '../protocol/errors.ts';

/** What Node's parser refuses before Express sees it, by Node's error code. */
const PARSER_REFUSALS: Readonly<Record<string, readonly [status: number, code: ErrorCode, error: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'TOO_LARGE', 'The request headers are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'UNAVAILABLE', 'The request took too long to arrive.'],
};
const MALFORMED = [400, 'VALIDATION', 'This is not an HTTP request.'] as const;

/** The HTTP server: refusals of its parser are JSON like all others, and only WebSockets are upgraded. */
export function createHttpServer(app: RequestListener): Server {
  const server = createServer(
    {
      // A client that merely offers HTTP/2 is answered in HTTP/1.1 as if it had not.
      shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket',
    },
    app,
  );
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
    const [status, code, message] = PARSER_REFUSALS[error.code ?? ''] ?? MALFORMED;
    const body = JSON.stringify({ success: false, error: message, code });
    socket.end(
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/json; charset=utf-8\r\n` +
        `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    );
  });
  return server;
}
