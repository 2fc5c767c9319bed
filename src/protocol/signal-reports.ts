/** What became of signals: how far each was delivered, and what following them would have brought. */
import { z } from 'zod';
import { route } from './declare.ts';
import { MAX_SIGNALS_PAGE } from './limits.ts';
import { countSchema, symbolSchema } from './schemas.ts';
import { placeSchema, type SignalAction, type SignalStream, sourceSchema } from './signals.ts';

/** How far one revision of a signal was delivered, on all replicas. */
export interface SignalDelivery {
  stream: SignalStream;
  seq: number;
  source: string;
  id: string;
  revision: number;
  symbol: string;
  action: SignalAction;
  acceptedAt: string;
  /** Connections that followed its stream when it came, and those of them whose line accepted it within a minute. */
  eligible: number;
  told: number;
  /** Milliseconds from the arrival of the request to the line's acceptance, at most a tenth too many; null if nobody was told. */
  p50Ms: number | null;
  p99Ms: number | null;
  /** True where a replica may have had readers of which nothing is known: the counts are the least there were. */
  partial?: boolean;
}

/** GET /api/signals/deliveries, newest first. */
export interface SignalDeliveriesPage {
  deliveries: SignalDelivery[];
}

/** A record looks back so many days, and at the newest so many signals and edits of a source. */
export const TRACK_RECORD_DAYS = 90;
export const TRACK_RECORD_SIGNALS = 2_000;

/** How a track record is computed; it is shown beside each. */
export const TRACK_RECORD_RULES = [
  'A follower acts at the next quote that was recorded within a minute of a signal. A buyer pays the ask, a seller gets the bid.',
  'Buy begins a long trade, sell a short one. Close, the opposite signal and the expiry end it.',
  'A second signal in the same direction adds nothing. From then on the trade ends when that signal expires.',
  'A signal counts once, as it was first published. An edit begins and ends no trade and changes no side or symbol. Only the expiry that it names counts from then on.',
  'Stop prices, target prices, quantities, fees and dividends are not taken into account.',
  'A share that was split is counted as what it became, as far as the service has followed the split. A contract on it has no result.',
  'A trade without a recorded quote at its begin or its end has no result. It is counted as not recorded.',
  `The newest ${TRACK_RECORD_SIGNALS.toLocaleString('en-US')} signals and edits of a source within ${TRACK_RECORD_DAYS} days count, of the streams that are open to the reader. Each stream is followed for itself: a free signal ends no premium trade.`,
] as const;

/** What a follower of one source would have got. Percents are of the price at the begin of each trade. */
export interface SourceRecord {
  source: string;
  /** Signals that were looked at, and when the first of them was accepted; an edit is no other signal. */
  signals: number;
  since: string;
  /** Trades with a result, and those of them with a gain. */
  finished: number;
  won: number;
  /** Trades that have not ended, and those that have no result because a price was not recorded. */
  open: number;
  notRecorded: number;
  /** Null where no trade has a result: `reason` says why. */
  winRate: number | null;
  averagePercent: number | null;
  bestPercent: number | null;
  worstPercent: number | null;
  reason?: 'NOTHING_FINISHED' | 'PRICES_NOT_RECORDED';
}

/** GET /api/signals/track-record: sources by name, and the rules in words. */
export interface TrackRecordPayload {
  rules: string[];
  sources: SourceRecord[];
}

const DEFAULT_PAGE = 50;

const deliveriesSchema = z.strictObject({
  limit: countSchema.pipe(z.int().min(1).max(MAX_SIGNALS_PAGE)).default(DEFAULT_PAGE),
  before: placeSchema.optional(),
  symbol: symbolSchema.optional(),
  source: sourceSchema.optional(),
});

export const signalReportRoutes = {
  'GET /api/signals/deliveries': route<SignalDeliveriesPage>()({
    summary: 'How many were to get each signal, how many did, and how fast',
    access: 'admin',
    query: deliveriesSchema,
    refusals: ['NOT_FOUND'],
  }),
  'GET /api/signals/track-record': route<TrackRecordPayload>()({
    summary: 'What a follower of each source would have got, from recorded prices',
    access: 'member',
    query: z.strictObject({ source: sourceSchema.optional() }),
  }),
};
