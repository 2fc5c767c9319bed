import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '../lib/clock.ts';
import { answerRaw } from '../lib/raw-answer.ts';
import type { ErrorCode } from '../protocol/errors.ts';
import type { ApiResponse } from '../protocol/http.ts';

/** Refusals of Node's parser, which Express never sees, by Node's error code. */
const PARSER_REFUSALS: Readonly<Record<string, readonly [status: number, code: ErrorCode, error: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'TOO_LARGE', 'The request headers are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'UNAVAILABLE', 'The request took too long to arrive.'],
};
const MALFORMED = [400, 'VALIDATION', 'This is not an HTTP request.'] as const;

/** How long a request may take to arrive. */
export interface ArrivalTimes {
  readonly headersMs: number;
  /** With its body. */
  readonly requestMs: number;
  /** Pause between two looks at the connections. */
  readonly checkMs: number;
}
/** 64 KB arrive within half a minute over the slowest line, a report of 256 KB over that of a bot; a sender that needs longer holds a connection for nothing. */
const ARRIVAL: ArrivalTimes = { headersMs: 20_000, requestMs: 30_000, checkMs: 5_000 };

/** An answer that takes longer after the end of a drain hangs; the shutdown goes on without it. */
const ANSWER_TIMEOUT_MS = 8_000;

/**
 * Longer than proxies keep an idle connection (Caddy two minutes): if the service closed first, the next request
 * could already be on its way.
 */
const KEEP_ALIVE_MS = 125_000;

export interface HttpServer {
  readonly server: Server;
  /** From now on each answer closes its connection, so that clients and proxies open the next one elsewhere. */
  drain(): void;
  /** Closes the port; resolves when every request that has arrived whole is answered. */
  close(): Promise<void>;
}

/** The HTTP server: refusals of its parser are JSON like all others, and only WebSockets are upgraded. */
export function createHttpServer(app: RequestListener, clock: Clock, arrival = ARRIVAL): HttpServer {
  const unanswered = new Set<ServerResponse>();
  let draining = false;
  let onAnswer = (): void => {};

  const server = createServer(
    {
      keepAliveTimeout: KEEP_ALIVE_MS,
      headersTimeout: arrival.headersMs,
      requestTimeout: arrival.requestMs,
      connectionsCheckingInterval: arrival.checkMs,
      // A client that only offers HTTP/2 gets its answer in HTTP/1.1.
      shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket',
    },
    (req, res) => {
      unanswered.add(res);
      res.once('close', () => {
        unanswered.delete(res);
        onAnswer();
      });
      if (draining) res.setHeader('Connection', 'close');
      app(req, res);
    },
  );
  server.on('clientError', (error, socket) => refuse(error, socket, clock));

  function drain(): void {
    draining = true;
    for (const res of unanswered) if (!res.headersSent) res.setHeader('Connection', 'close');
  }

  return {
    server,
    drain,
    async close() {
      drain();
      server.close();
      const { promise, resolve } = Promise.withResolvers<void>();
      // A request counts when it has arrived whole: its sender may take all day.
      onAnswer = () => {
        if (![...unanswered].some(({ req }) => req.complete)) resolve();
      };
      onAnswer();
      const cancel = clock.after(ANSWER_TIMEOUT_MS, resolve);
      await promise;
      cancel();
    },
  };
}

function refuse(error: NodeJS.ErrnoException, socket: Duplex, clock: Clock): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const [status, code, message] = PARSER_REFUSALS[error.code ?? ''] ?? MALFORMED;
  answerRaw(socket, status, { success: false, error: message, code } satisfies ApiResponse<never>, clock);
}
