import { refusalOf } from '../../domain/trading/refusal.ts';
import type { Trading } from '../../domain/trading/trading.ts';
import type { FeatureFactory } from '../feature.ts';
import { sessionIdOf } from '../principal.ts';

/** Orders of the peer's user. */
export const ordersFeature =
  (trading: Pick<Trading, 'place' | 'cancel'>): FeatureFactory =>
  () => ({
    handlers: {
      async 'order:place'({ principal }, { clientOrderId, ...request }) {
        const placed = await trading.place({
          userId: principal.user.id,
          request,
          source: 'dashboard',
          key: clientOrderId,
          sessionId: sessionIdOf(principal),
        });
        const refusal = refusalOf(placed);
        if (refusal) throw refusal;
        return { ack: { order: placed.order } };
      },

      async 'order:cancel'({ principal }, { orderId }) {
        return { ack: { order: await trading.cancel(principal.user.id, orderId, sessionIdOf(principal)) } };
      },
    },
  });
