import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { pause } from '../../lib/pause.ts';

/** Upstream refused, or could not be reached. `status` is 0 where there was no answer at all. */
export class RestError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.name = 'RestError';
    this.status = status;
  }
}

export interface MassiveRest {
  /** The body of a successful answer. Throws RestError. Requests run one after another. */
  get(path: string, query?: Readonly<Record<string, string>>): Promise<Readonly<Record<string, unknown>>>;
  /** Ends the requests that wait or run; later ones fail. */
  stop(): void;
}

export interface MassiveRestOptions {
  readonly apiKey: string;
  readonly restUrl: string;
  readonly clock: Clock;
  readonly log: Log;
}

const TIMEOUT_MS = 10_000;
/** The pause after a 429 without Retry-After: a free plan allows five requests a minute. */
const TOO_MANY_PAUSE_MS = 15_000;
const MAX_PAUSE_MS = 60_000;
const ATTEMPTS = 3;
const TOO_MANY = 429;
/** On a delayed plan successful answers say DELAYED. */
const SUCCESS = new Set<unknown>(['OK', 'DELAYED', undefined]);

export function createMassiveRest({ apiKey, restUrl, clock, log }: MassiveRestOptions): MassiveRest {
  const stopped = new AbortController();
  let queue: Promise<unknown> = Promise.resolve();

  async function ask(url: URL): Promise<Readonly<Record<string, unknown>>> {
    let response: Response;
    let body: Record<string, unknown>;
    try {
      response = await fetch(url, {
        headers: { authorization: `Bearer ${apiKey}` },
        signal: AbortSignal.any([stopped.signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      const parsed: unknown = await response.json();
      body = typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
    } catch (error) {
      throw new RestError(
        0,
        `${url.pathname} could not be read: ${error instanceof Error ? error.message : 'unknown'}`,
      );
    }
    if (response.ok && SUCCESS.has(body.status)) return body;
    const text = body.error ?? body.message ?? response.statusText;
    const error = new RestError(response.ok ? 502 : response.status, `${url.pathname}: ${String(text)}`);
    if (error.status === TOO_MANY) await backOff(response.headers.get('retry-after'));
    throw error;
  }

  const backOff = (retryAfter: string | null): Promise<void> => {
    const seconds = Number(retryAfter ?? Number.NaN);
    const ms = seconds > 0 ? Math.min(seconds * 1_000, MAX_PAUSE_MS) : TOO_MANY_PAUSE_MS;
    log.warn({ ms }, 'upstream allows no more requests for now');
    return pause(clock, ms, stopped.signal);
  };

  async function askPatiently(url: URL): Promise<Readonly<Record<string, unknown>>> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await ask(url);
      } catch (error) {
        const mayRetry = error instanceof RestError && (error.status === TOO_MANY || error.status === 0);
        if (!mayRetry || attempt === ATTEMPTS || stopped.signal.aborted) throw error;
      }
    }
  }

  return {
    get(path, query = {}) {
      const url = new URL(path, restUrl);
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
      const answer = queue.then(() => askPatiently(url));
      queue = answer.catch(() => {});
      return answer;
    },
    stop: () => stopped.abort(),
  };
}
