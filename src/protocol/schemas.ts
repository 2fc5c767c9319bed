/** Shapes that several messages share. */
import { z } from 'zod';
import { MAX_KEY_LENGTH, MAX_ORDER_PRICE, MAX_ORDER_QUANTITY, MAX_SYMBOLS_PER_REQUEST } from './limits.ts';
import { isDay } from './new-york.ts';
import { MAX_SYMBOL_LENGTH, readSymbol } from './symbol.ts';

/** A stock or an option contract; `aapl` is taken as AAPL, `BACpL` as it is (see `readSymbol`). */
export const symbolSchema = z
  .string()
  .max(MAX_SYMBOL_LENGTH)
  .refine((text) => readSymbol(text) !== null, 'not a symbol')
  .transform((text) => readSymbol(text) ?? text);

/** A calendar day of this century: no contract has another one (symbols have two digits of year), and no market data. */
export const daySchema = z
  .string()
  .regex(/^20\d{2}-\d{2}-\d{2}$/, 'a day of this century (YYYY-MM-DD)')
  .refine(isDay, 'no such day');

/** Databases know no year 0, and a calendar of four digits ends here. */
const [FIRST_MOMENT, LAST_MOMENT] = [
  Date.parse('0001-01-01T00:00:00Z'),
  Date.parse('9999-12-31T23:59:59.999Z'),
];
/** A moment with its offset from UTC. It is UTC to the millisecond from here on: databases refuse offsets that are valid here. */
export const momentSchema = z.iso
  .datetime({ offset: true })
  .refine((text) => {
    const at = Date.parse(text);
    return at >= FIRST_MOMENT && at <= LAST_MOMENT;
  }, 'a moment of the years 1 to 9999')
  .transform((text) => new Date(text).toISOString());

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

/** Ids are compared as text in many places: one spelling. */
export const idSchema = z.uuid().transform((id) => id.toLowerCase());

/** A whole number as a query writes it. */
export const countSchema = z
  .string()
  .regex(/^\d{1,16}$/, 'a whole number')
  .transform(Number);

const symbolList = z.array(symbolSchema).min(1).max(MAX_SYMBOLS_PER_REQUEST);
/** `["AAPL"]` or `{symbols:["AAPL"]}`; answers with the distinct symbols. */
export const symbolsSchema = z
  .union([symbolList, z.strictObject({ symbols: symbolList }).transform((body) => body.symbols)])
  .transform((symbols) => [...new Set(symbols)]);

/**
 * What the address of a plain WebSocket may carry. The handshake itself leaves other parameters alone: a proxy may add
 * its own.
 */
export const handshakeQuerySchema = z.strictObject({
  token: z
    .string()
    .optional()
    .describe(
      'A token of /api/auth/token. The header `Sec-WebSocket-Protocol: bearer, <token>` goes before it.',
    ),
});

/** Events that carry nothing. `null` is what some clients send for "no argument". */
export const nothingSchema = z.union([z.undefined(), z.null()]).transform(() => undefined);
export const NO_PAYLOAD = 'This event takes no payload';
