/**
 * accepted → submitting → working → partially_filled → filled. Other ends: cancelled, expired, denied (a risk check
 * refused it before the broker) and rejected (the broker refused it).
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
