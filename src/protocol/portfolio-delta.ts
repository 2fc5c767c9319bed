import type { PortfolioDeltaPayload, PortfolioPayload, PositionPayload } from './portfolio.ts';

/**
 * The portfolio after a `portfolio:delta`, new positions last; null where the delta is not of this portfolio. Positions that did
 * not change keep their object.
 */
export function applyDelta(before: PortfolioPayload, delta: PortfolioDeltaPayload): PortfolioPayload | null {
  const { base, positions, moved, removed, partial, ...now } = delta;
  if (before.version !== base) return null;
  const changed = new Map<string, PositionPayload>();
  for (const position of positions) changed.set(position.symbol, position);
  const moves = new Map(moved.map((move) => [move.symbol, move]));
  const gone = new Set(removed);

  const kept = before.positions.flatMap((position) => {
    const { symbol } = position;
    if (gone.has(symbol)) return [];
    const whole = changed.get(symbol);
    changed.delete(symbol);
    const move = moves.get(symbol);
    return whole ?? (move ? { ...position, ...move } : position);
  });
  return { ...now, positions: [...kept, ...changed.values()] };
}
