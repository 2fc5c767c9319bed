/** Requests to the server, and what becomes of their answers. */
import { type ErrorCode, TradecastError } from '../../../src/protocol/errors.ts';
import type { ApiResponse } from '../../../src/protocol/http.ts';
import { createEmitter } from './emitter.ts';
import { browserTimers, type Timers } from './timers.ts';

/** Longer than any answer of a healthy server; after it the request counts as not answered. */
const REQUEST_TIMEOUT_MS = 10_000;

export class ApiError extends TradecastError {
  /** False where we cannot know whether the request took effect: no answer, or a broken server. */
  readonly answered: boolean;

  constructor(code: ErrorCode, message: string, options: { answered: boolean; retryAfterMs?: number }) {
    super(code, message, options);
    this.name = 'ApiError';
    this.answered = options.answered;
  }
}

type Fetch = (path: string, init: RequestInit) => Promise<Response>;

export interface HttpOptions {
  readonly fetch?: Fetch;
  readonly timers?: Timers;
}

const NO_ANSWER = 'The server does not answer. Check your connection.';
const LATE_ANSWER = 'The server takes too long to answer. Try again in a moment.';
/** A proxy in front of it answers in its place. */
const AWAY = 'The server is not available. Try again in a moment.';
const BROKEN_ANSWER = 'The server had a problem. Try again in a moment.';

const retryAfterMs = (response: Response, named: number | undefined): number | undefined => {
  if (named !== undefined) return named;
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds * 1_000 : undefined;
};

export function createHttp({ fetch = globalThis.fetch, timers = browserTimers }: HttpOptions = {}) {
  const unauthenticated = createEmitter();

  async function exchange(method: string, path: string, body?: unknown, headers?: Record<string, string>) {
    const abort = new AbortController();
    const cancel = timers.after(REQUEST_TIMEOUT_MS, () => abort.abort());
    try {
      const response = await fetch(path, {
        method,
        credentials: 'same-origin',
        signal: abort.signal,
        headers: {
          accept: 'application/json',
          ...(body ? { 'content-type': 'application/json' } : {}),
          ...headers,
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      return { response, text: await response.text() };
    } catch {
      const sentence = abort.signal.aborted ? LATE_ANSWER : NO_ANSWER;
      throw new ApiError('UNAVAILABLE', sentence, { answered: false });
    } finally {
      cancel();
    }
  }

  function parse<T>(response: Response, text: string): ApiResponse<T> {
    try {
      return JSON.parse(text) as ApiResponse<T>;
    } catch {
      // A proxy in front speaks HTML when the server is away.
      throw new ApiError('UNAVAILABLE', response.status >= 500 ? AWAY : BROKEN_ANSWER, {
        answered: false,
      });
    }
  }

  async function call<T>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<T> {
    const { response, text } = await exchange(method, path, body, headers);
    if (response.status === 204) return undefined as T;
    const answer = parse<T>(response, text);
    if (answer.success) return answer.data;
    if (answer.code === 'UNAUTHENTICATED') unauthenticated.emit();
    throw new ApiError(answer.code, answer.error || BROKEN_ANSWER, {
      answered: response.status < 500,
      retryAfterMs: retryAfterMs(response, answer.retryAfterMs),
    });
  }

  return {
    /** Calls back whenever the server answers that there is no session. */
    onUnauthenticated: unauthenticated.on,
    /** The answer as text, whatever its status. Throws ApiError where there is none. */
    exchange,
    /** The data of an answer. Throws ApiError with the server's refusal. */
    call,
  };
}
