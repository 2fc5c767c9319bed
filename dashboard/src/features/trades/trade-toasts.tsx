import { useEffect } from 'react';
import { toast } from 'sonner';
import { useSharedStores } from '../../hooks/shared-stores.tsx';
import type { Notice } from '../../stores/notices.ts';
import type { OrdersState } from '../../stores/orders.ts';
import { describeFill, describeSummary, describeTrade } from './describe.ts';

/** One at a time: the next summary replaces the last. */
const SUMMARY_ID = 'trade-summary';

function show(notice: Notice, orders: OrdersState['byId']) {
  if (notice.kind === 'summary') {
    const { title, detail } = describeSummary(notice);
    toast.info(title, { description: detail, id: SUMMARY_ID });
    return;
  }
  const { entry } = notice;
  if (entry.event !== 'trade:executed') {
    const { title, detail } = describeTrade(entry);
    toast[entry.event === 'trade:failed' ? 'error' : 'info'](title, { description: detail });
    return;
  }
  const orderId = entry.payload.orderId ?? '';
  const { title, detail } = describeFill(entry, orders[orderId]);
  // The next part of an order replaces the last.
  toast.success(title, { description: detail, ...(orderId ? { id: orderId } : {}) });
}

/** Toasts of trades, on whatever page the reader is. Mounted more than once, it shows each of them once. */
export function TradeToasts() {
  const { notices, orders } = useSharedStores();
  useEffect(() => {
    const present = () => {
      for (const notice of notices.take()) show(notice, orders.getState().byId);
    };
    present();
    return notices.subscribe(present);
  }, [notices, orders]);
  return null;
}
