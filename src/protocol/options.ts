/** Option contracts: what one is worth, the chain of an underlying, and its expiries. */
import { z } from 'zod';
import { command, event, route } from './declare.ts';
import { MAX_CONTRACTS_PER_REQUEST } from './limits.ts';
import type { QuoteState } from './quotes.ts';
import { daySchema, symbolSchema } from './schemas.ts';
import { isContract } from './symbol.ts';

/**
 * Why a contract has no volatility and no greeks: it has expired, its underlying has no price, it has no quote of two
 * sides near enough to each other, it delivers something else than its underlying since a split or merger, or the
 * middle of its quote is a price that no volatility gives (at or below what exercise brings, at or above what any
 * volatility reaches, or outside of what the search covers).
 */
export type NoGreeksReason =
  | 'expired'
  | 'no-underlying'
  | 'no-quote'
  | 'adjusted'
  | 'below-intrinsic'
  | 'above-bound'
  | 'out-of-range';

/** `missing`: nothing has come of the contract; its source may not know it, may not reach it, or it has no market. */
export type OptionState = QuoteState | 'missing';

/** Theta is dollars a calendar day, vega dollars for one point of volatility, delta and gamma are for one dollar. */
export interface GreeksPayload {
  delta: number;
  gamma: number;
  theta: number;
  vega: number;
}

/** What a client gets of one contract. Prices are dollars per share, sizes and volume are contracts. */
export interface OptionPayload extends Partial<GreeksPayload> {
  contractId: string;
  underlying: string;
  /** YYYY-MM-DD. */
  expiry: string;
  strike: number;
  type: 'call' | 'put';
  /** Shares of one contract; missing where a split has changed it and its directory does not say. */
  multiplier?: number;
  /** The trading day (YYYY-MM-DD) of open, high, low, volume and previous close; missing in a recording. */
  day?: string;
  /** Of the last trade; missing where the contract has not traded. */
  price?: number;
  open?: number;
  high?: number;
  low?: number;
  /** Against the previous close, else against the day's open; 0 where neither is known. */
  change: number;
  changePercent: number;
  previousClose?: number;
  /** Contracts traded today. */
  volume: number;
  bid?: number;
  ask?: number;
  /** Contracts, at the end of the day before. */
  openInterest?: number;
  /** A decimal: 0.2 is 20 %. */
  impliedVolatility?: number;
  /** Whose numbers volatility and greeks are; `model` is a European approximation. */
  greeksSource?: 'vendor' | 'model';
  /** Why there are none. */
  noGreeks?: NoGreeksReason;
  timestamp: string;
  state: OptionState;
}

/** A contract that was not accepted, as the client wrote it: it has expired, or does not exist. */
export interface RejectedContract {
  symbol: string;
  code: 'UNKNOWN_SYMBOL';
}

/** GET /api/market/options/:underlying */
export interface ChainPayload {
  underlying: { symbol: string; price?: number; state: QuoteState };
  /** Null where the underlying has no contracts. */
  expiry: string | null;
  /** By strike, the call before the put. */
  contracts: OptionPayload[];
  /** The source answered with a part of the chain only. */
  partial: boolean;
  /** When it was true. */
  asOf: string;
}

/** GET /api/market/options/:underlying/expirations, nearest first. */
export interface ExpirationPayload {
  expiry: string;
  /** Calendar days in New York; 0 on the day itself. */
  daysLeft: number;
  contracts: number;
}

/** An option contract: `O:`, root, day of expiry, C or P, strike. */
export const contractSchema = symbolSchema.refine(isContract, 'not an option contract');

const contractList = z.array(contractSchema).min(1).max(MAX_CONTRACTS_PER_REQUEST);
/** `["O:…"]` or `{contracts:["O:…"]}`; answers with the distinct contracts. */
export const contractsSchema = z
  .union([contractList, z.strictObject({ contracts: contractList }).transform((body) => body.contracts)])
  .transform((contracts) => [...new Set(contracts)]);

const INVALID_CONTRACTS = `Expected 1 to ${MAX_CONTRACTS_PER_REQUEST} contracts, as ["O:SPY251219C00650000"] or {contracts: ["O:SPY251219C00650000"]} with no other key`;

export const optionsCommands = {
  'subscribe:options': command<{
    type: 'options';
    contracts: string[];
    rejected?: RejectedContract[];
  }>()({
    schema: contractsSchema,
    invalid: INVALID_CONTRACTS,
    limit: { points: 20, seconds: 60 },
    reply: 'subscription:confirmed',
  }),
  'unsubscribe:options': command<{ type: 'options'; contracts: string[] }>()({
    schema: contractsSchema,
    invalid: INVALID_CONTRACTS,
    limit: { points: 20, seconds: 60 },
    reply: 'unsubscription:confirmed',
  }),
};

export const optionsEvents = {
  'option:update': event<OptionPayload>()({
    lane: 'state',
    topic: 'option',
    subject: 'contractId',
  }),
};

/** What a query can write: seven digits of dollars and three decimals. */
const MAX_STRIKE = 9_999_999.999;
const strikeSchema = z
  .string()
  .regex(/^\d{1,7}(\.\d{1,3})?$/, 'dollars, at most three decimals')
  .transform(Number)
  .pipe(z.number().min(0).max(MAX_STRIKE));

/** What a source answers about an underlying, or why it does not. */
const ABOUT_AN_UNDERLYING = ['UNKNOWN_SYMBOL', 'UNSUPPORTED_INSTRUMENT', 'NOT_IN_PLAN'] as const;

export const optionsRoutes = {
  'GET /api/market/options/:underlying': route<ChainPayload>()({
    summary: 'The option contracts of a stock with one expiry',
    access: 'member',
    params: { underlying: symbolSchema },
    query: z.strictObject({
      expiry: daySchema.optional(),
      type: z.enum(['call', 'put']).optional(),
      strikeFrom: strikeSchema.optional(),
      strikeTo: strikeSchema.optional(),
    }),
    refusals: [...ABOUT_AN_UNDERLYING, 'NOT_FOUND'],
  }),
  'GET /api/market/options/:underlying/expirations': route<ExpirationPayload[]>()({
    summary: 'The expiries of a stock, nearest first',
    access: 'member',
    params: { underlying: symbolSchema },
    refusals: ABOUT_AN_UNDERLYING,
  }),
};
