import { keepInTab, readKeptInTab } from '../lib/kept.ts';
import type { TradecastSocket } from './socket.ts';

const NAME = 'tradecast.place';

/**
 * Names the connection before at each connect. A line may die without a word, as when a laptop changes its network; then
 * the server holds the place of the dead connection, and only its secret frees it. It survives a reload of the tab.
 */
export function holdPlace(socket: TradecastSocket): void {
  const name = (secret: string): void => {
    socket.auth = { ...socket.auth, replaces: secret };
  };
  const before = readKeptInTab(NAME);
  if (before !== null) name(before);
  socket.on('connected', ({ secret }) => {
    name(secret);
    keepInTab(NAME, secret);
  });
}
