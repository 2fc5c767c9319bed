import { Agent } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { postHook } from '../../rig/clients/hooks.ts';
import type { Random } from '../../rig/random.ts';
import type { Ledger } from './ledger.ts';

/** Where a request goes. `name` stands in the ledger: the replica's, or nothing for the front. */
export interface Target {
  readonly port: number;
  readonly name: string;
}

export interface SenderOptions {
  readonly ledger: Ledger;
  readonly random: Random;
  /** Asked before each attempt: a repeat may go elsewhere. */
  readonly targets: () => readonly Target[];
  /** A request without an answer is given up and repeated after this. */
  readonly answerMs: number;
  /** False for a connection for each request, as through a proxy that keeps none. */
  readonly keepAlive?: boolean;
  /** The end of a request follows so long after its beginning, as over a slow line: some are always under way. */
  readonly bodyMs?: number;
  /** Repeats under another key, which no client may do: the control of the keys. */
  readonly freshKeys?: boolean;
}

export interface Failures {
  /** Answers of 500 and above. */
  readonly serverErrors: number;
  /** Requests that ended without an answer. */
  readonly cutOff: number;
  /** How those ended, the first few: code and milliseconds from sending. */
  readonly endings: readonly string[];
  /** The longest from sending to the answer, whatever it was, or to giving up. */
  readonly slowestMs: number;
  /** Repeats that were answered as duplicates: the error before was a commit. */
  readonly hadHappened: number;
}

export interface Delivery {
  readonly kind: 'trade' | 'order';
  readonly key: string;
  readonly userId: string;
  readonly route: string;
  readonly body: object;
}

/** Repeats each request under its key until the answer is definite, and writes both into the ledger. */
export interface Sender {
  send(delivery: Delivery): Promise<void>;
  /** From then on, milliseconds since epoch, nothing is repeated. */
  giveUpAt(time: number): void;
  failures(): Failures;
}

const REPEAT_MS = 200;
const ENDINGS_TOLD = 5;

interface Answer {
  readonly status: number;
  readonly body: {
    readonly data?: { readonly seq?: number; readonly orderId?: string; readonly duplicate?: boolean };
    readonly code?: string;
  };
}

const isDefinite = ({ status }: Answer): boolean => status < 500 && status !== 429;

export function createSender(options: SenderOptions): Sender {
  const { ledger, random } = options;
  const agent = options.keepAlive === false ? false : new Agent({ keepAlive: true, maxSockets: 64 });
  const counts = { serverErrors: 0, cutOff: 0, slowestMs: 0, hadHappened: 0 };
  const endings: string[] = [];
  let end = Number.POSITIVE_INFINITY;

  /** Null where it ended without an answer. */
  async function attempt(port: number, route: string, text: string): Promise<Answer | null> {
    const startedAt = Date.now();
    const signal = AbortSignal.timeout(options.answerMs);
    try {
      const answer = await postHook({ port, route, agent, signal, bodyMs: options.bodyMs }, text);
      return { status: answer.status, body: JSON.parse(answer.text) };
    } catch (error) {
      const { code, name } = error as NodeJS.ErrnoException;
      const at = new Date(startedAt).toISOString();
      endings.push(`${code ?? name} after ${Date.now() - startedAt} ms, sent at ${at}`);
      return null;
    } finally {
      counts.slowestMs = Math.max(counts.slowestMs, Date.now() - startedAt);
    }
  }

  function settle(key: string, { status, body }: Answer, isRepeat: boolean): void {
    if (status >= 300) {
      ledger.refused(key, `${status} ${body.code}`);
      return;
    }
    const { seq = null, orderId = null, duplicate } = body.data ?? {};
    if (duplicate && isRepeat) counts.hadHappened += 1;
    ledger.acknowledged(key, { seq, orderId });
  }

  return {
    async send({ kind, key, userId, route, body }) {
      let target = random.pick(options.targets());
      ledger.sending({ key, kind, userId, via: target.name });
      for (let round = 1; Date.now() < end; round++) {
        const eventId = options.freshKeys && round > 1 ? `${key}~${round}` : key;
        const answer = await attempt(target.port, route, JSON.stringify({ ...body, eventId }));
        if (answer && isDefinite(answer)) return settle(key, answer, round > 1);
        if (answer === null) counts.cutOff += 1;
        else if (answer.status >= 500) counts.serverErrors += 1;
        await pause(REPEAT_MS);
        target = random.pick(options.targets());
      }
    },
    giveUpAt(time) {
      end = time;
    },
    failures: () => ({ ...counts, endings: endings.slice(0, ENDINGS_TOLD) }),
  };
}
