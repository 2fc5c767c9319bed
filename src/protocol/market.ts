import { event } from './declare.ts';

export type MarketSession = 'pre' | 'regular' | 'post' | 'closed';

export interface MarketStatusPayload {
  isOpen: boolean;
  nextOpen: string | null;
  nextClose: string | null;
  timestamp: string;
  session: MarketSession;
  holiday?: string;
}

export interface InstrumentPayload {
  symbol: string;
  name: string;
}

/** One minute of one symbol; `time` is its start in seconds since epoch, as chart libraries expect. */
export interface CandlePayload {
  time: number;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
}

export const marketEvents = {
  'market:status': event<MarketStatusPayload>()({ lane: 'state', topic: 'market' }),
};
