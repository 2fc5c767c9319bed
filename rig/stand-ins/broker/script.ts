/**
 * `lost`: it takes effect and the connection is cut. `error`: 500 without effect. `busy`: 429 without effect.
 * `slow`: it takes effect, and is answered, only after the broker was asked for the order once: the caller has given
 * up by then. `duplicate`: it takes effect and is answered like a repetition. `rejected`: 422 without effect.
 */
export const BROKER_ANSWERS = ['accepted', 'lost', 'error', 'busy', 'slow', 'duplicate', 'rejected'] as const;
export type BrokerAnswer = (typeof BROKER_ANSWERS)[number];

/** What the broker does with one order. */
export interface OrderScript {
  readonly submit: BrokerAnswer;
  readonly cancel: BrokerAnswer;
  /** Shares of each fill that follows the acceptance; what is left over stays working. */
  readonly fills: readonly number[];
  /** Fills that overtake the first cancel. */
  readonly fillsBeforeCancel: readonly number[];
  /** How often each event is reported. */
  readonly reportTimes: number;
  /** Reports the acceptance after its fills, and the last fill first. */
  readonly backwards: boolean;
}

/** The script of an order for which there is none: it is accepted and filled at once. */
export const PLAIN: OrderScript = {
  submit: 'accepted',
  cancel: 'accepted',
  fills: [Number.MAX_SAFE_INTEGER],
  fillsBeforeCancel: [],
  reportTimes: 1,
  backwards: false,
};
