/** The two WebSockets of upstream: one protocol, each with its own connection, limits and kinds of symbols. */
import type { FeedScope } from '../../domain/market/feed.ts';
import { isStockSymbol, parseSymbol } from '../../protocol/symbol.ts';
import { optionTradeEffects, tradeEffects } from './conditions.ts';
import type { Channel, Topic } from './topics.ts';

/** How the events of a cluster are read. */
export interface Reading {
  readonly isSymbol: (text: string) => boolean;
  /** What a trade with these conditions may move: flags of trade-effects.ts. */
  readonly effectsOf: (conditions: readonly unknown[] | undefined) => number;
}

export interface Cluster extends Reading {
  readonly name: 'stocks' | 'options';
  readonly channels: readonly Channel[];
  /** In regular hours it has an event each second: its silence is upstream's, not the market's. Null where none does. */
  readonly canary: Topic | null;
  /** Symbols that one connection may have quotes of. */
  readonly maxQuoted: number;
}

export const STOCKS: Cluster = {
  name: 'stocks',
  channels: ['T', 'Q', 'A', 'AM', 'LULD'],
  canary: 'A.SPY',
  maxQuoted: Number.POSITIVE_INFINITY,
  isSymbol: isStockSymbol,
  effectsOf: tradeEffects,
};

/** Upstream refuses more on one connection; trades and bars have no such limit. */
export const MAX_QUOTED_CONTRACTS = 1_000;

export const OPTIONS: Cluster = {
  name: 'options',
  // Second bars make the minutes: minute bars would only repeat them.
  channels: ['T', 'Q', 'A'],
  // No contract trades every second.
  canary: null,
  maxQuoted: MAX_QUOTED_CONTRACTS,
  isSymbol: (text) => parseSymbol(text)?.kind === 'option',
  effectsOf: optionTradeEffects,
};

/** The symbols that have quotes: over the limit the least recently wanted, which come first, have none. */
export const quotedOf = ({ maxQuoted }: Cluster, symbols: ReadonlySet<string>): ReadonlySet<string> =>
  symbols.size <= maxQuoted ? symbols : new Set([...symbols].slice(-maxQuoted));

/** The trades of every symbol there is. */
const ALL_TRADES: Topic = 'T.*';

/** The topics of the wanted symbols, and of the scope beside them. */
export function topicsOf(
  cluster: Cluster,
  symbols: ReadonlySet<string>,
  scope: FeedScope | null,
): ReadonlySet<Topic> {
  const quoted = quotedOf(cluster, symbols);
  const topics = new Set<Topic>(cluster.canary === null ? [] : [cluster.canary]);
  if (scope) topics.add(ALL_TRADES);
  for (const channel of cluster.channels) {
    if (channel === 'T' && scope) continue;
    for (const symbol of channel === 'Q' ? quoted : symbols) topics.add(`${channel}.${symbol}`);
  }
  for (const symbol of scope?.quoted ?? []) topics.add(`Q.${symbol}`);
  return topics;
}
