/**
 * accepted → submitting → working → partially_filled → filled, and the ends cancelled, expired,
 * denied (our check refused it, it never left) and rejected (the broker refused it).
 */
export const ORDER_STATUSES = [
  'accepted',
  'submitting',
  'working',
  'partially_filled',
  'filled',
  'cancelled',
  'expired',
  'denied',
  'rejected',
] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];
export const FINAL_ORDER_STATUSES = ['filled', 'cancelled', 'expired', 'denied', 'rejected'] as const;
