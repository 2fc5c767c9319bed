import type { TradecastError } from '../../protocol/errors.ts';
import { MAX_DARKPOOL_SYMBOLS } from '../../protocol/limits.ts';
import type { Peer } from '../peer.ts';

/** The peers that follow the symbols with the most notional, whichever they are at the time. */
export interface Followers {
  /** What the peer watches already it has named itself. The answer sends the latest values. */
  add(peer: Peer): () => void;
  /**
   * The peer names symbols: they stay, whatever their rank. Undefined for a peer that is no follower. Throws the refusal
   * of the limit.
   */
  name(peer: Peer, symbols: readonly string[]): (() => void) | undefined;
  /** The peer wants none of them, whatever their rank. Throws the refusal of the limit. */
  giveUp(peer: Peer, symbols: readonly string[]): void;
  /** These have totals: one that nobody knew takes a free place. */
  appeared(symbols: readonly string[]): void;
  /** Gives each follower the symbols that are the heaviest now. */
  rank(): void;
  remove(peer: Peer): void;
}

export interface FollowersParts {
  /** The symbols with the most notional, most first. */
  readonly heaviest: (count: number) => readonly string[];
  readonly watched: (peer: Peer) => ReadonlySet<string>;
  /** Replaces what the peer watches; the answer sends the latest values of those that are new. */
  readonly watch: (peer: Peer, symbols: readonly string[]) => () => void;
  readonly refusal: (max: number) => TradecastError;
}

interface Choice {
  readonly named: Set<string>;
  readonly givenUp: Set<string>;
}

export function createFollowers({ heaviest, watched, watch, refusal }: FollowersParts): Followers {
  const choices = new Map<Peer, Choice>();

  /** Throws the refusal where a set would outgrow what a peer may watch. */
  const requireRoom = (taken: ReadonlySet<string>, symbols: readonly string[]): void => {
    if (new Set([...taken, ...symbols]).size > MAX_DARKPOOL_SYMBOLS) throw refusal(MAX_DARKPOOL_SYMBOLS);
  };
  const follow = (peer: Peer, { named, givenUp }: Choice, ranked: readonly string[]): (() => void) => {
    const others = ranked.filter((symbol) => !named.has(symbol) && !givenUp.has(symbol));
    return watch(peer, [...named, ...others].slice(0, MAX_DARKPOOL_SYMBOLS));
  };
  /** As many as may be given up lie above those that are followed. */
  const ranking = (): readonly string[] => heaviest(2 * MAX_DARKPOOL_SYMBOLS);

  return {
    add(peer) {
      const choice = choices.get(peer) ?? { named: new Set(watched(peer)), givenUp: new Set() };
      choice.givenUp.clear();
      choices.set(peer, choice);
      return follow(peer, choice, ranking());
    },
    name(peer, symbols) {
      const choice = choices.get(peer);
      if (choice === undefined) return undefined;
      requireRoom(choice.named, symbols);
      for (const symbol of symbols) {
        choice.named.add(symbol);
        choice.givenUp.delete(symbol);
      }
      return follow(peer, choice, ranking());
    },
    giveUp(peer, symbols) {
      const choice = choices.get(peer);
      if (choice === undefined) return;
      requireRoom(choice.givenUp, symbols);
      for (const symbol of symbols) {
        choice.givenUp.add(symbol);
        choice.named.delete(symbol);
      }
    },
    appeared(symbols) {
      for (const [peer, choice] of choices) {
        const before = watched(peer);
        // Nearly every follower is full, and every message asks all of them.
        if (before.size >= MAX_DARKPOOL_SYMBOLS) continue;
        const fresh = symbols.filter((symbol) => !before.has(symbol) && !choice.givenUp.has(symbol));
        if (fresh.length === 0) continue;
        watch(peer, [...before, ...fresh].slice(0, MAX_DARKPOOL_SYMBOLS))();
      }
    },
    rank() {
      if (choices.size === 0) return;
      const ranked = ranking();
      for (const [peer, choice] of choices) follow(peer, choice, ranked)();
    },
    remove: (peer) => void choices.delete(peer),
  };
}
