import type { SentSignal, SignalRecord } from '../../../domain/signals/signal.ts';
import { streamOf } from '../../../domain/signals/signal.ts';
import { decimal, toNumber } from '../../../lib/decimal.ts';
import type { SignalAction, SignalContent, SignalStream } from '../../../protocol/signals.ts';

/** A row of `signals`; NUMERIC arrives as its text. */
export interface SignalRow {
  stream: SignalStream;
  seq: number;
  source: string;
  id: string;
  revision: number;
  first_revision: number;
  symbol: string;
  action: SignalAction;
  price: string | null;
  stop_price: string | null;
  target_price: string | null;
  quantity: string | null;
  confidence: string | null;
  author: string | null;
  words: string | null;
  expires_at: Date | null;
  said_at: Date;
  accepted_at: Date;
  /** Null in a row of an earlier release. */
  received_at: Date | null;
}

/** What a reader of rows selects, of `signals s`. */
export const SIGNAL_COLUMNS = `s.stream, s.seq, s.source, s.id, s.revision, s.symbol, s.action, s.price, s.stop_price,
  s.target_price, s.quantity, s.confidence, s.author, s.words, s.expires_at, s.said_at, s.accepted_at, s.received_at,
  (SELECT min(f.revision) FROM signals f WHERE f.source = s.source AND f.id = s.id) AS first_revision`;

const numeric = (value: string | null): number | undefined =>
  value === null ? undefined : toNumber(decimal(value));

export function toSignal(row: SignalRow): SignalContent {
  const { stream, source, id, revision, symbol, action, author, words, expires_at, said_at } = row;
  const [price, stopPrice, targetPrice, quantity, confidence] = [
    numeric(row.price),
    numeric(row.stop_price),
    numeric(row.target_price),
    numeric(row.quantity),
    numeric(row.confidence),
  ];
  return {
    id,
    revision,
    symbol,
    action,
    ...(price !== undefined && { price }),
    ...(stopPrice !== undefined && { stopPrice }),
    ...(targetPrice !== undefined && { targetPrice }),
    ...(quantity !== undefined && { quantity }),
    ...(confidence !== undefined && { confidence }),
    source,
    ...(author !== null && { author }),
    ...(words !== null && { text: words }),
    premium: stream === 'premium',
    ...(expires_at !== null && { expiresAt: expires_at.toISOString() }),
    timestamp: said_at.toISOString(),
    stream,
  };
}

export const toRecord = (row: SignalRow): SignalRecord => ({
  seq: row.seq,
  event: row.revision === row.first_revision ? 'signal:new' : 'signal:updated',
  payload: toSignal(row),
  receivedAt: (row.received_at ?? row.accepted_at).getTime(),
});

/** An accepted signal as `json_to_recordset` reads it. Numbers are texts, so that NUMERIC gets the decimal that was sent. */
export function toInput({ body, digest, receivedAt }: SentSignal, seq: number) {
  const { price, stopPrice, targetPrice, quantity, confidence, text } = body;
  const written = (value: number | undefined): string | null =>
    value === undefined ? null : decimal(value).toFixed();
  return {
    stream: streamOf(body),
    seq,
    source: body.source,
    id: body.id,
    revision: body.revision,
    digest,
    symbol: body.symbol,
    action: body.action,
    price: written(price),
    stop_price: written(stopPrice),
    target_price: written(targetPrice),
    quantity: written(quantity),
    confidence: written(confidence),
    author: body.author ?? null,
    words: text ?? null,
    expires_at: body.expiresAt ?? null,
    said_at: body.timestamp,
    received_at: new Date(receivedAt),
  };
}
