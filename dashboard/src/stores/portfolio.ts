import type { PortfolioPayload, PositionPayload } from '../../../src/protocol/portfolio.ts';

const same = (a: PositionPayload, b: PositionPayload): boolean =>
  (Object.keys(b) as (keyof PositionPayload)[]).every((key) => a[key] === b[key]);

/** The next portfolio; positions that did not change keep their object. */
export function keepPositions<P extends PortfolioPayload>(before: P, next: P): P {
  const held = new Map(before.positions.map((position) => [position.symbol, position]));
  const positions = next.positions.map((position) => {
    const was = held.get(position.symbol);
    return was && same(was, position) ? was : position;
  });
  return { ...next, positions };
}
