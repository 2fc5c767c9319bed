import type { OptionPayload } from '../../protocol/options.ts';
import type { Quote } from '../market/quote.ts';
import type { Market } from './black-scholes.ts';
import type { ContractTerms } from './chains.ts';
import {
  type ContractQuote,
  missingContract,
  quoteToContract,
  valuationToPayload,
} from './contract-quote.ts';
import { type ChainMoment, marketOf, valuationOf } from './contract-values.ts';
import { yearsUntil } from './expiry.ts';
import { followVendor, type VendorSeen } from './vendor-greeks.ts';

/** A contract's quote and what it is worth. */
export interface LiveContract {
  readonly contract: ContractQuote;
  /** Volatility and greeks in the digits of the wire, or the reason why there are none. */
  readonly values: Partial<OptionPayload>;
  /** Of what changed last, milliseconds since epoch. */
  readonly receivedAt: number;
}

/** The contracts in sight of one underlying and expiry: they share the forward price. */
export interface ContractGroup {
  readonly underlying: string;
  /** YYYY-MM-DD. */
  readonly expiry: string;
  /** Undefined for a contract that is not of this group. */
  terms(symbol: string): ContractTerms | undefined;
  /** `at` is now, by our own clock. */
  add(terms: ContractTerms, at: number): void;
  /** False where none is left. */
  remove(symbol: string): boolean;
  /** Forgets the contracts that are not among these; false where none is left. */
  retain(symbols: ReadonlySet<string>): boolean;
  /** The quote of this contract changed. */
  touch(symbol: string): void;
  /** The latest value; made in this moment where there is none. */
  get(symbol: string, moment: GroupMoment): LiveContract | undefined;
  /** Values what is due; answers with what has changed for a reader. */
  revalue(moment: GroupMoment): LiveContract[];
}

export interface GroupMoment extends Pick<ChainMoment, 'spot' | 'now' | 'rateFor' | 'dividendYield'> {
  /** By our own clock: in a replay, `now` is the market's. */
  readonly at: number;
}

/**
 * All contracts of an underlying follow its moves this often: a person reads no faster, and each of them is a message
 * to everyone who watches it.
 */
export const REVALUE_MS = 500;
/** While nothing moves, time does: within a minute it changes no digit, but in the last hours of a contract. */
const REFRESH_MS = 60_000;
/** A source that knows a contract has said something of it by then; who watches it is told that nothing came. */
export const MISSING_AFTER_MS = 5_000;

interface Member {
  readonly terms: ContractTerms;
  quote: Quote | undefined;
  contract: ContractQuote | undefined;
  vendor: VendorSeen | undefined;
  live: LiveContract | undefined;
  /** Since when it is in sight, by our own clock. */
  readonly addedAt: number;
}

export function createContractGroup(
  { underlying, expiry }: Pick<ContractTerms, 'underlying' | 'expiry'>,
  quoteOf: (symbol: string) => Quote | undefined,
): ContractGroup {
  const members = new Map<string, Member>();
  const touched = new Set<Member>();
  const silent = createSilence();
  /** Undefined before the first valuation. */
  let market: Market | null | undefined;
  const isWholeDue = createWholeDue(expiry);

  function readMarket(moment: GroupMoment): void {
    const contracts: ContractQuote[] = [];
    for (const member of members.values()) {
      readQuote(member, quoteOf);
      if (member.contract) contracts.push(member.contract);
    }
    market = marketOf(contracts, { ...moment, expiry });
  }

  function remove(symbol: string): boolean {
    const member = members.get(symbol);
    members.delete(symbol);
    if (member) {
      touched.delete(member);
      silent.delete(member);
    }
    return members.size > 0;
  }

  return {
    underlying,
    expiry,
    terms: (symbol) => members.get(symbol)?.terms,
    add(terms, at) {
      if (members.has(terms.symbol)) return;
      const nothing = { quote: undefined, contract: undefined, vendor: undefined, live: undefined };
      const member: Member = { terms, ...nothing, addedAt: at };
      members.set(terms.symbol, member);
      silent.add(member);
    },
    remove,
    retain(symbols) {
      for (const symbol of members.keys()) if (!symbols.has(symbol)) remove(symbol);
      return members.size > 0;
    },
    touch(symbol) {
      const member = members.get(symbol);
      if (member) touched.add(member);
    },
    get(symbol, moment) {
      const member = members.get(symbol);
      if (!member || member.live) return member?.live;
      if (market === undefined) readMarket(moment);
      readQuote(member, quoteOf);
      value(member, market ?? null, moment);
      return member.live;
    },
    revalue(moment) {
      const due = [...(isWholeDue(moment) ? members.values() : touched)];
      touched.clear();
      if (due.length > 0) readMarket(moment);
      const valued = due.flatMap((member) =>
        value(member, market ?? null, moment) && member.live ? [member.live] : [],
      );
      return [...valued, ...silent.missing(moment)];
    },
  };
}

/** Whether all contracts are to be valued: where the market of the expiry has moved, and in the moment of the expiry. */
function createWholeDue(expiry: string): (moment: GroupMoment) => boolean {
  let before: Pick<GroupMoment, 'at' | 'spot' | 'dividendYield'> & { readonly isOver: boolean } = {
    at: Number.NEGATIVE_INFINITY,
    spot: undefined,
    isOver: false,
  };
  return ({ spot, dividendYield, at, now }) => {
    const age = at - before.at;
    const isMoved = spot !== before.spot || dividendYield !== before.dividendYield;
    const isOver = yearsUntil(expiry, now) === null;
    if (!(isMoved && age >= REVALUE_MS) && isOver === before.isOver && age < REFRESH_MS) return false;
    before = { at, spot, dividendYield, isOver };
    return true;
  };
}

/** The contracts of which nothing has been said. */
function createSilence() {
  const members = new Set<Member>();

  return {
    add: (member: Member) => void members.add(member),
    delete: (member: Member) => void members.delete(member),
    /** Those of which nothing has come in time, each once. */
    missing({ at, now }: GroupMoment): LiveContract[] {
      const missing: LiveContract[] = [];
      for (const member of members) {
        if (!member.live && at - member.addedAt < MISSING_AFTER_MS) continue;
        members.delete(member);
        if (member.live) continue;
        const contract = missingContract(member.terms, now);
        member.live = { contract, values: { noGreeks: 'no-quote' }, receivedAt: at };
        missing.push(member.live);
      }
      return missing;
    },
  };
}

function readQuote(member: Member, quoteOf: (symbol: string) => Quote | undefined): void {
  const quote = quoteOf(member.terms.symbol);
  if (quote === undefined || quote === member.quote) return;
  member.quote = quote;
  member.contract = quoteToContract(quote, member.terms);
}

/** A price of before belongs to the spot of then: what it was worth stands until the expiry, wherever the spot goes. */
const standingOf = ({ contract, live, terms }: Member, now: number): LiveContract['values'] | undefined =>
  contract?.state === 'stale' && live?.contract.state !== 'missing' && yearsUntil(terms.expiry, now) !== null
    ? live?.values
    : undefined;

/** False where a reader sees nothing new. */
function value(member: Member, market: Market | null, { spot, now, at }: GroupMoment): boolean {
  const { contract, quote, live } = member;
  if (!contract || !quote) return false;
  member.vendor = followVendor(member.vendor, contract.greeks, spot);
  const values =
    standingOf(member, now) ??
    valuationToPayload(valuationOf(contract, market, now, member.vendor?.isOutdated));
  const isNew = live?.contract !== contract;
  if (!isNew && isSame(live.values, values)) return false;
  member.live = { contract, values, receivedAt: isNew ? quote.receivedAt : at };
  return true;
}

const isSame = (a: Partial<OptionPayload>, b: Partial<OptionPayload>): boolean =>
  a.impliedVolatility === b.impliedVolatility &&
  a.delta === b.delta &&
  a.gamma === b.gamma &&
  a.theta === b.theta &&
  a.vega === b.vega &&
  a.greeksSource === b.greeksSource &&
  a.noGreeks === b.noGreeks;
