import { PORTFOLIO_DELTA_BYTES } from '../../protocol/limits.ts';
import type {
  PortfolioDeltaPayload,
  PortfolioPayload,
  PositionMove,
  PositionPayload,
} from '../../protocol/portfolio.ts';

/** What one connection that applies deltas has. Each answer counts as received: the connection carries it, or ends. */
export interface PortfolioReader {
  /** Whether it has a portfolio that a delta can change. */
  hasWhole(): boolean;
  whole(payload: PortfolioPayload): PortfolioPayload;
  /** From what the connection has to this portfolio, as far as one delta carries it. */
  delta(payload: PortfolioPayload): PortfolioDeltaPayload;
}

export function createPortfolioReader(): PortfolioReader {
  let version = 0;
  /** As the connection has them, by symbol. */
  const rows = new Map<string, PositionPayload>();
  /** Where the next delta begins to look: behind the last position that this one had room for. */
  let next = 0;

  /** What of these positions differs from the rows, as much as one delta has room for. */
  function takeChanges(positions: readonly PositionPayload[]) {
    const changes = { positions: [] as PositionPayload[], moved: [] as PositionMove[], isPartial: false };
    let bytes = 0;
    for (let n = 0; n < positions.length; n++) {
      const at = (next + n) % positions.length;
      const position = positions[at]!;
      const before = rows.get(position.symbol);
      const isSame = before !== undefined && isAlike(before, position);
      if (isSame && !hasMoved(before, position)) continue;
      if (bytes >= PORTFOLIO_DELTA_BYTES) {
        next = at;
        return { ...changes, isPartial: true };
      }
      // In its place, because thousands of rows that take the place of others are copied by V8 before it drops them.
      if (isSame) Object.assign(before, position);
      else rows.set(position.symbol, { ...position });
      const change = isSame ? toMove(position) : position;
      bytes += JSON.stringify(change).length;
      if (isSame) changes.moved.push(change);
      else changes.positions.push(position);
    }
    return changes;
  }

  function takeRemoved(positions: readonly PositionPayload[]): string[] {
    const held = new Set<string>();
    for (const { symbol } of positions) held.add(symbol);
    const removed = [...rows.keys()].filter((symbol) => !held.has(symbol));
    for (const symbol of removed) rows.delete(symbol);
    return removed;
  }

  return {
    hasWhole: () => version > 0,
    whole(payload) {
      version += 1;
      rows.clear();
      for (const position of payload.positions) rows.set(position.symbol, { ...position });
      return { ...payload, version };
    },
    delta({ positions: all, ...now }) {
      const removed = takeRemoved(all);
      const { positions, moved, isPartial } = takeChanges(all);
      const base = version;
      version += 1;
      return { ...now, base, version, positions, moved, removed, ...(isPartial && { partial: true }) };
    },
  };
}

/** Whether nothing but their price differs. */
const isAlike = (one: PositionPayload, other: PositionPayload): boolean =>
  one.quantity === other.quantity &&
  one.averagePrice === other.averagePrice &&
  one.priced === other.priced &&
  one.mark === other.mark &&
  one.markedAt === other.markedAt &&
  one.costKnown === other.costKnown &&
  (one.dayChange === undefined) === (other.dayChange === undefined);

const hasMoved = (one: PositionPayload, other: PositionPayload): boolean =>
  one.price !== other.price ||
  one.marketValue !== other.marketValue ||
  one.unrealizedPnl !== other.unrealizedPnl ||
  one.unrealizedPnlPercent !== other.unrealizedPnlPercent ||
  one.dayChange !== other.dayChange;

const toMove = (position: PositionPayload): PositionMove => {
  const { symbol, price, marketValue, unrealizedPnl, unrealizedPnlPercent, dayChange } = position;
  const move = { symbol, price, marketValue, unrealizedPnl, unrealizedPnlPercent };
  return dayChange === undefined ? move : { ...move, dayChange };
};
