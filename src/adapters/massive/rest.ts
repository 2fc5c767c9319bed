import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { pause } from '../../lib/pause.ts';
import type { RequestPace } from '../../lib/request-pace.ts';

/** Upstream refused, or could not be reached. `status` is 0 where there was no answer at all. */
export class RestError extends Error {
  readonly status: number;
  /** When upstream allows the next request, where it says so. */
  readonly retryAfterMs: number | undefined;
  constructor(status: number, message: string, options: { retryAfterMs?: number | undefined } = {}) {
    super(message);
    this.name = 'RestError';
    this.status = status;
    this.retryAfterMs = options.retryAfterMs;
  }
}

export interface MassiveRest {
  /** The body of a successful answer. Throws RestError. Requests run one after another. */
  get(path: string, query?: Readonly<Record<string, string>>): Promise<Readonly<Record<string, unknown>>>;
  /**
   * The same at once and without a second attempt: a person waits for it. Where too many requests wait it is refused as
   * upstream would refuse it, with the time after which it would have its turn.
   */
  once(path: string, query?: Readonly<Record<string, string>>): Promise<Readonly<Record<string, unknown>>>;
  /** Ends the requests that wait or run; later ones fail. */
  stop(): void;
}

export interface MassiveRestOptions {
  readonly apiKey: string;
  readonly restUrl: string;
  /** Shared by every client of the account. */
  readonly pace: RequestPace;
  readonly clock: Clock;
  readonly log: Log;
}

const TIMEOUT_MS = 10_000;
/** A person who waits longer has gone, or asks again: without a bound the queue only grows. */
const MAX_TURN_MS = 5_000;
/** The pause after a 429 without Retry-After: a free plan allows five requests a minute. */
const TOO_MANY_PAUSE_MS = 15_000;
const MAX_PAUSE_MS = 60_000;
const ATTEMPTS = 3;
const TOO_MANY = 429;
/** On a delayed plan successful answers say DELAYED. */
const SUCCESS = new Set<unknown>(['OK', 'DELAYED', undefined]);

export function createMassiveRest({ apiKey, restUrl, pace, clock, log }: MassiveRestOptions): MassiveRest {
  const stopped = new AbortController();
  let queue: Promise<unknown> = Promise.resolve();

  async function ask(url: URL, withinMs?: number): Promise<Readonly<Record<string, unknown>>> {
    let response: Response;
    let body: Record<string, unknown>;
    if (!(await pace.turn(stopped.signal, withinMs)))
      throw new RestError(TOO_MANY, `${url.pathname}: too many requests wait for upstream`, {
        retryAfterMs: pace.waitMs(),
      });
    try {
      response = await fetch(url, {
        headers: { authorization: `Bearer ${apiKey}` },
        signal: AbortSignal.any([stopped.signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      body = await readBody(response);
    } catch (error) {
      throw new RestError(
        0,
        `${url.pathname} could not be read: ${error instanceof Error ? error.message : 'unknown'}`,
      );
    }
    if (response.ok && SUCCESS.has(body.status)) return body;
    const retryAfterMs = retryAfterOf(response);
    // The key is refused, not the question: other clients of the account would only be refused as well.
    if (response.status === TOO_MANY && retryAfterMs !== undefined) pace.hold(retryAfterMs);
    const text = body.error ?? body.message ?? response.statusText;
    throw new RestError(response.ok ? 502 : response.status, `${url.pathname}: ${String(text)}`, {
      retryAfterMs,
    });
  }

  const backOff = (ms = TOO_MANY_PAUSE_MS): Promise<void> => {
    log.warn({ ms }, 'upstream allows no more requests for now');
    return pause(clock, ms, stopped.signal);
  };

  async function askPatiently(url: URL): Promise<Readonly<Record<string, unknown>>> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await ask(url);
      } catch (error) {
        const mayRetry = error instanceof RestError && (error.status === TOO_MANY || error.status === 0);
        if (!mayRetry || attempt === ATTEMPTS) throw error;
        if (error.status === TOO_MANY) await backOff(error.retryAfterMs);
        if (stopped.signal.aborted) throw error;
      }
    }
  }

  function addressOf(path: string, query: Readonly<Record<string, string>> = {}): URL {
    const url = new URL(path, restUrl);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    return url;
  }

  return {
    get(path, query) {
      const answer = queue.then(() => askPatiently(addressOf(path, query)));
      queue = answer.catch(() => {});
      return answer;
    },
    once: (path, query) => ask(addressOf(path, query), MAX_TURN_MS),
    stop: () => stopped.abort(),
  };
}

/** A refusal is one by its status: a gateway writes HTML. Throws where another answer is no JSON. */
async function readBody(response: Response): Promise<Record<string, unknown>> {
  try {
    const parsed: unknown = await response.json();
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch (error) {
    if (response.ok) throw error;
    return {};
  }
}

function retryAfterOf({ headers }: Response): number | undefined {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  return seconds > 0 ? Math.min(seconds * 1_000, MAX_PAUSE_MS) : undefined;
}
