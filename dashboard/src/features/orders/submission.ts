/** Sends one order, however often it takes. */
import type { OrderPayload, OrderPlaceMessage } from '../../../../src/protocol/orders.ts';
import { ApiError } from '../../lib/http.ts';
import { refusalOf } from '../../lib/refusal.ts';
import type { OrderDraft } from './ticket.ts';

export type Outcome =
  | { readonly kind: 'accepted'; readonly order: OrderPayload }
  | { readonly kind: 'refused'; readonly message: string }
  /** It is unknown whether the order exists. The same submission may be sent again without a second order. */
  | { readonly kind: 'uncertain'; readonly message: string };

export interface SubmissionOptions {
  placeOrder(order: OrderPlaceMessage): Promise<OrderPayload>;
  newKey(): string;
}

export interface Submission {
  submit(draft: OrderDraft): Promise<Outcome>;
}

const same = (a: OrderDraft, b: OrderDraft): boolean => {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]) as Set<keyof OrderDraft>;
  return [...keys].every((key) => a[key] === b[key]);
};

/**
 * A submission keeps its clientOrderId until the server has answered it for good; so a repeat after a broken
 * connection finds the first order instead of making another.
 */
export function createSubmission({ placeOrder, newKey }: SubmissionOptions): Submission {
  let open: { draft: OrderDraft; key: string } | null = null;
  return {
    async submit(draft) {
      if (!open || !same(open.draft, draft)) open = { draft, key: newKey() };
      try {
        const order = await placeOrder({ clientOrderId: open.key, ...draft });
        open = null;
        return { kind: 'accepted', order };
      } catch (error) {
        const { message } = error as Error;
        if (!(error instanceof ApiError) || !error.answered) return { kind: 'uncertain', message };
        // Turned away at the door: the order was never looked at, so the key is still unused.
        if (error.code !== 'RATE_LIMITED') open = null;
        return { kind: 'refused', message: refusalOf(error, 'orders at once') };
      }
    },
  };
}
