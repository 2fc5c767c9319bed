/** Which trades are off-exchange prints, and which of those count. */
import type { PrintSide } from '../../protocol/darkpool.ts';
import type { TradeTick } from '../market/feed.ts';
import { UNTIMELY_PRICE } from '../market/trade-effects.ts';
import type { Amount } from './amount.ts';

/** The vendor's number of FINRA, which all reporting facilities share. */
export const FINRA = 4;

/** One print that counts. */
export interface Print {
  readonly symbol: string;
  /** When the trade was made, as its participant says; milliseconds since epoch. */
  readonly time: number;
  readonly price: number;
  /** Shares; may be a fraction. */
  readonly size: number;
  readonly notional: Amount;
  readonly side: PrintSide;
  /** The reporting facility, as the vendor numbers them. */
  readonly trf: number;
  readonly tradeId: string;
}

/** The vendor's own rule: both marks together. FINRA also has an order display that is no facility. */
export const isOffExchange = ({ exchange, trf }: Pick<TradeTick, 'exchange' | 'trf'>): boolean =>
  exchange === FINRA && trf > 0;

/** False for an average, a derived or prior price, a contingent trade, other settlement and a cross. */
export const hasTimelyPrice = ({ effects }: Pick<TradeTick, 'effects'>): boolean =>
  (effects & UNTIMELY_PRICE) === 0;
