/** What a client may say: strict shapes, so that an unknown key is an error and not a silent typo. */
import { z } from 'zod';
import { MAX_KEY_LENGTH, MAX_ORDER_PRICE, MAX_ORDER_QUANTITY } from './limits.ts';

/** US tickers as Massive writes them: letters, then an optional class (`BRK.B`). Upper-cased on the way in. */
export const symbolSchema = z
  .string()
  .max(12)
  .transform((text) => text.toUpperCase())
  .pipe(z.string().regex(/^[A-Z][A-Z0-9]{0,5}(\.[A-Z]{1,3})?$/, 'not a symbol'));

/** Whole shares. */
export const quantitySchema = z.int().min(1).max(MAX_ORDER_QUANTITY);

/** Dollars with at most four decimals; the shape is checked on the shortest text of the number. */
export const priceSchema = z
  .number()
  .positive()
  .max(MAX_ORDER_PRICE)
  .refine((price) => /^\d{1,7}(\.\d{1,4})?$/.test(String(price)), 'at most four decimals');

/** Keys chosen by senders: printable ASCII, so that they compare and log the same everywhere. */
export const keySchema = z
  .string()
  .min(1)
  .max(MAX_KEY_LENGTH)
  .regex(/^[\x21-\x7e]+$/, 'printable ASCII without spaces');

export const sideSchema = z.enum(['buy', 'sell']);
const orderTypeSchema = z.enum(['market', 'limit', 'stop']);
const timeInForceSchema = z.enum(['day', 'gtc']);

const orderShape = {
  symbol: symbolSchema,
  side: sideSchema,
  type: orderTypeSchema,
  quantity: quantitySchema,
  limitPrice: priceSchema.optional(),
  stopPrice: priceSchema.optional(),
  timeInForce: timeInForceSchema.default('day'),
};

const pricesFitType = (order: { type: string; limitPrice?: number; stopPrice?: number }): boolean =>
  (order.type === 'limit') === (order.limitPrice !== undefined) &&
  (order.type === 'stop') === (order.stopPrice !== undefined);
const PRICES_FIT_TYPE = 'a limit order has a limitPrice, a stop order a stopPrice, a market order neither';

/** An order without its key, as hooks carry it. */
export const orderRequestSchema = z.strictObject(orderShape).refine(pricesFitType, PRICES_FIT_TYPE);
export type OrderRequest = z.output<typeof orderRequestSchema>;

/** `order:place` and POST /api/orders (there the key may come as a header instead). */
export const orderPlaceSchema = z
  .strictObject({ clientOrderId: keySchema, ...orderShape })
  .refine(pricesFitType, PRICES_FIT_TYPE);
export const orderPostSchema = z
  .strictObject({ clientOrderId: keySchema.optional(), ...orderShape })
  .refine(pricesFitType, PRICES_FIT_TYPE);

/** Ids are compared as text in many places: one spelling. */
export const idSchema = z.uuid().transform((id) => id.toLowerCase());

export const orderCancelSchema = z.strictObject({ orderId: idSchema });

const symbolList = z.array(symbolSchema).min(1).max(200);
/** `["AAPL"]` or `{symbols:["AAPL"]}`; answers with the distinct symbols. */
export const symbolsSchema = z
  .union([symbolList, z.strictObject({ symbols: symbolList }).transform((body) => body.symbols)])
  .transform((symbols) => [...new Set(symbols)]);

export const watchlistSchema = z.strictObject({
  symbols: z
    .array(symbolSchema)
    .max(50)
    .transform((symbols) => [...new Set(symbols)]),
});

export const epochSchema = z.string().min(1).max(64);
export const seqSchema = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

/** Nothing, or where the client stands in the journal. */
export const subscribeTradesSchema = z
  .strictObject({ epoch: epochSchema, after: seqSchema })
  // An `undefined` arrives as null.
  .nullish()
  .transform((position) => position ?? undefined);
export const timeSyncSchema = z.strictObject({ t0: z.number() });
/** Events that carry nothing. `null` is what some clients send for "no argument". */
export const nothingSchema = z.union([z.undefined(), z.null()]).transform(() => undefined);

/** `auth` of the handshake. A cookie may stand in for all of it. */
export const handshakeAuthSchema = z.object({
  sessionID: z.string().max(256).optional(),
  userId: z.string().max(64).optional(),
  userName: z.string().max(128).optional(),
  /** Version of this contract that the client was written for; anything else than one we speak is refused as such. */
  protocol: z.unknown().optional(),
});

const usernameSchema = z
  .string()
  .regex(/^[A-Za-z0-9_.-]{3,32}$/, '3 to 32 letters, digits, dots, dashes or underscores');
/** Long enough to resist guessing, bounded so that hashing cost is. */
const passwordSchema = z.string().min(10, 'at least 10 characters').max(200);
const displayNameSchema = z
  .string()
  .trim()
  .min(1)
  .max(64)
  .refine((name) => !/\p{C}/u.test(name), 'no control characters');

export const registerSchema = z.strictObject({
  username: usernameSchema,
  password: passwordSchema,
  name: displayNameSchema.optional(),
});
export const passwordChangeSchema = z.strictObject({
  currentPassword: z.string().max(200),
  newPassword: passwordSchema,
});
export const loginSchema = z.strictObject({ username: z.string().max(200), password: z.string().max(200) });
