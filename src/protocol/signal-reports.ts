/** What became of signals: how far each was delivered. */
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
};
