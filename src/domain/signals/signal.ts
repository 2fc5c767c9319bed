import type { TradecastError } from '../../protocol/errors.ts';
import type { SignalBody, SignalContent, SignalStream } from '../../protocol/signals.ts';

/** A signal before it is accepted. */
export interface SentSignal {
  readonly body: SignalBody;
  /** SHA-256 of the bytes that were sent: the same key stands for exactly these. */
  readonly digest: string;
  /** When the request came, milliseconds since epoch. */
  readonly receivedAt: number;
  /** Why its symbol is none that can be traded. It counts only for what was not accepted before. */
  readonly refusal?: TradecastError | undefined;
}

/** One accepted revision; `seq` counts from 1 within its stream. */
export interface SignalRecord {
  readonly seq: number;
  readonly event: 'signal:new' | 'signal:updated';
  readonly payload: SignalContent;
  /** When its request came, milliseconds since epoch; a message of an older release does not say it. */
  readonly receivedAt?: number;
}

export const streamOf = ({ premium }: Pick<SignalBody, 'premium'>): SignalStream =>
  premium ? 'premium' : 'free';

/** What names a signal over all its revisions. A source has no space in it, so no two signals share a name. */
export const nameOf = ({ source, id }: Pick<SignalBody, 'source' | 'id'>): string => `${source} ${id}`;

/** As readers get it. */
export const toContent = (body: SignalBody): SignalContent => ({ ...body, stream: streamOf(body) });
