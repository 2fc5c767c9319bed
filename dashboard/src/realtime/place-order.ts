import type { OrderPayload, OrderPlaceMessage } from '../../../src/protocol/orders.ts';
import type { Api } from '../lib/api.ts';
import { ApiError } from '../lib/http.ts';
import { ask, type TradecastSocket } from './socket.ts';

/** Codes that leave open whether the order was accepted. */
const UNDECIDED: readonly string[] = ['UNAVAILABLE', 'INTERNAL'];

/**
 * Places an order over the socket, or over HTTP while there is none. Both find an order by its clientOrderId,
 * so one that went out on the one way may be repeated on the other. Throws ApiError.
 */
export const createPlaceOrder =
  (socket: TradecastSocket, api: Pick<Api, 'placeOrder'>) =>
  (order: OrderPlaceMessage): Promise<OrderPayload> =>
    socket.connected ? placeBySocket(socket, order) : api.placeOrder(order);

const placeBySocket = (socket: TradecastSocket, order: OrderPlaceMessage): Promise<OrderPayload> =>
  new Promise((resolve, reject) => {
    ask(socket, 'order:place', [order], (answer) => {
      if (answer === null) {
        reject(new ApiError('UNAVAILABLE', 'The server did not answer.', { answered: false }));
      } else if (answer.ok) {
        resolve(answer.order);
      } else {
        const { code, message, retryAfterMs } = answer;
        reject(new ApiError(code, message, { answered: !UNDECIDED.includes(code), retryAfterMs }));
      }
    });
  });
