import type { PortfolioPayload } from '../../../src/protocol/portfolio.ts';
import { applyDelta } from '../../../src/protocol/portfolio-delta.ts';
import { createEmitter, type Emitter } from '../lib/emitter.ts';
import type { TradecastSocket } from './socket.ts';

/** Whole portfolios, whether the server sent them as such or as what has changed. */
export function followPortfolio(
  socket: TradecastSocket,
  onLost: () => void,
): Pick<Emitter<[PortfolioPayload]>, 'on'> {
  const portfolios = createEmitter<[PortfolioPayload]>();
  let held: PortfolioPayload | null = null;

  const show = (portfolio: PortfolioPayload): void => {
    held = portfolio;
    portfolios.emit(portfolio);
  };
  socket.on('portfolio:update', show);
  socket.on('portfolio:delta', (delta) => {
    const next = held && applyDelta(held, delta);
    if (next) return show(next);
    // Nothing fits until the next whole one; it is asked for once.
    if (held) onLost();
    held = null;
  });
  return portfolios;
}
