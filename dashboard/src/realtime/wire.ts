import type {
  AckFailure,
  ClientEvent,
  ClientToServerEvents,
  ServerEvent,
  ServerToClientEvents,
} from '../../../src/protocol/events.ts';
import { followPortfolio } from './portfolio-deltas.ts';
import type { TradecastSocket } from './socket.ts';
import type { Subscriptions } from './subscriptions.ts';
import { createWishes } from './wishes.ts';

/** Calls the handler for each such event until the returned function is called. */
export type Subscribe = <E extends ServerEvent>(event: E, handler: ServerToClientEvents[E]) => () => void;
export type Emit = <E extends ClientEvent>(event: E, ...args: Parameters<ClientToServerEvents[E]>) => void;

/** `onPortfolioLost` is called where a change of the portfolio does not fit what this page has. */
export function createSubscribe(socket: TradecastSocket, onPortfolioLost: () => void): Subscribe {
  const portfolios = followPortfolio(socket, onPortfolioLost);
  // socket.io's types do not see that a listener of E fits E.
  const on = socket.on.bind(socket) as (event: ServerEvent, handler: unknown) => void;
  const off = socket.off.bind(socket) as (event: ServerEvent, handler: unknown) => void;
  return (event, handler) => {
    if (event === 'portfolio:update')
      return portfolios.on(handler as ServerToClientEvents['portfolio:update']);
    on(event, handler);
    return () => off(event, handler);
  };
}

/** There is nobody to send it to, and later it may be out of date. */
function refuse(ack: unknown): void {
  if (typeof ack !== 'function') return;
  (ack as (answer: AckFailure) => void)({
    ok: false,
    code: 'UNAVAILABLE',
    message: 'Not connected. Try again in a moment.',
  });
}

/** Emits for a component while there is no socket at all. */
export const emitNowhere: Emit = (_event, ...args) => refuse(args.at(-1));

/** Emits for a component: a `subscribe:…` becomes a wish, anything else goes out now or is refused. */
export function createEmit(socket: TradecastSocket, subscriptions: Subscriptions): Emit {
  const wishes = createWishes(subscriptions);
  return (event, ...args) => {
    const wish = wishes[event];
    if (wish) return wish(args[0]);
    // socket.io would keep it and send it after the next connect.
    if (!socket.connected) return refuse(args.at(-1));
    (socket.emit as (event: string, ...args: unknown[]) => void).call(socket, event, ...args);
  };
}
