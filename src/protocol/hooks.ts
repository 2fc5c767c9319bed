/** Bodies of the signed hooks. */
import { z } from 'zod';
import type { Role } from './accounts.ts';
import { route } from './declare.ts';
import { beginningOf, isDisplayName, toOneLine } from './display-text.ts';
import { TRADING_CODES } from './errors.ts';
import { orderRequestSchema, type Side, sideSchema } from './orders.ts';
import { DECIMAL_TEXT, type PortfolioReported, reportedPortfolioSchema, type Skipped } from './reports.ts';
import { idSchema, keySchema, momentSchema, priceSchema } from './schemas.ts';
import { readSymbol } from './symbol.ts';
import type { Tier } from './tier.ts';

/** As many decimals as brokers report: floats carry noise behind them. */
const REPORTED_DECIMALS = 6;
const rounded = (value: number): number => Number(value.toFixed(REPORTED_DECIMALS));
const reportedNumber = z.union(
  [z.number(), z.string().trim().regex(DECIMAL_TEXT).transform(Number)],
  'a number, or a decimal text',
);
/** External trades may be fractional. Some systems write what was sold below zero. */
const reportedQuantity = reportedNumber.pipe(
  z
    .number()
    .min(-1_000_000_000)
    .max(1_000_000_000)
    .transform(rounded)
    .refine((quantity) => quantity !== 0, 'zero, rounded to six decimals'),
);
/** An option that has expired worthless is closed at zero. */
const reportedPrice = reportedNumber.pipe(z.number().min(0).max(1e12).transform(rounded));
/** In the words of brokers: `SELL`, `sell_short`, `buy to cover`. */
const reportedSide = z
  .string()
  .toLowerCase()
  .transform((words) =>
    words
      .replace(/[\s-]+/g, '_')
      .replace(/^(?:(buy)_to_(?:open|close|cover)|(sell)_(?:short|to_open|to_close))$/, '$1$2'),
  )
  .pipe(sideSchema);

interface Reported {
  readonly side: Side;
  readonly quantity: number;
}
/** A quantity below zero says again that it was sold, and contradicts a purchase. */
const isOneSided = ({ side, quantity }: Reported): boolean => quantity > 0 || side === 'sell';
const NOT_ONE_SIDED = { path: ['quantity'], error: 'below zero, and bought' };
const unsigned = <T extends Reported>(trade: T): T => ({ ...trade, quantity: Math.abs(trade.quantity) });

/** A symbol, or the name of something that has none here. */
const reportedSymbol = z
  .string()
  .trim()
  .max(64)
  .refine(isDisplayName, 'a symbol or a name that can be shown');

/** The user concerned: exactly one of the two. */
const recipient = {
  eventId: keySchema,
  userId: idSchema.optional(),
  discordUserId: z
    .string()
    .regex(/^\d{5,20}$/)
    .optional(),
};
const oneRecipient = (body: { userId?: string; discordUserId?: string }): boolean =>
  (body.userId === undefined) !== (body.discordUserId === undefined);
const ONE_RECIPIENT = 'exactly one of userId and discordUserId';

/** What else a sender has to say is listed as left out; a trade without one of these fields is refused. */
export const tradeHookSchema = z
  .discriminatedUnion('type', [
    z.looseObject({
      ...recipient,
      type: z.literal('executed'),
      trade: z
        .looseObject({
          id: keySchema,
          symbol: reportedSymbol,
          side: reportedSide,
          quantity: reportedQuantity,
          price: reportedPrice,
          status: z
            .string()
            .toLowerCase()
            .pipe(z.enum(['filled', 'partially_filled']))
            .default('filled'),
          timestamp: momentSchema.nullish(),
        })
        .refine(isOneSided, NOT_ONE_SIDED)
        .transform(unsigned),
    }),
    z.looseObject({
      ...recipient,
      type: z.literal('failed'),
      error: z.string().max(500).transform(toOneLine).pipe(z.string().min(1)),
      /** The code for the sentence, if the sender knows it. */
      code: z.enum(TRADING_CODES).default('BROKER_REJECTED'),
      signal: z
        .looseObject({ symbol: reportedSymbol, side: reportedSide, quantity: reportedQuantity })
        .refine(isOneSided, NOT_ONE_SIDED)
        .transform(unsigned),
    }),
  ])
  .refine(oneRecipient, ONE_RECIPIENT);
export type TradeHook = z.output<typeof tradeHookSchema>;

/** What else a sender has to say is no reason to leave an old account on the screen: it is listed as left out. */
export const portfolioHookSchema = z
  .looseObject({ ...recipient, portfolio: reportedPortfolioSchema })
  .refine(oneRecipient, ONE_RECIPIENT);
export type PortfolioHook = z.output<typeof portfolioHookSchema>;

export const orderHookSchema = z
  .strictObject({ ...recipient, order: orderRequestSchema })
  .refine(oneRecipient, ONE_RECIPIENT);
export type OrderHook = z.output<typeof orderHookSchema>;

/** Sent by the bot when a Discord user types the code from the dashboard. */
export const discordLinkHookSchema = z.strictObject({
  eventId: keySchema,
  code: z
    .string()
    .trim()
    .regex(/^[0-9A-Za-z]{8}$/, 'eight letters and digits')
    .transform((code) => code.toUpperCase()),
  discordUserId: z.string().regex(/^\d{5,20}$/),
});
export type DiscordLinkHook = z.output<typeof discordLinkHookSchema>;

/** A sentence or two; of a longer one the beginning is kept. */
const MAX_REASON_LENGTH = 200;

/** Shown to users and kept: a kill switch works whatever was pasted into its reason, so that it is mended and not refused. */
const reasonSchema = z
  .string()
  .transform((text) => beginningOf(toOneLine(text), MAX_REASON_LENGTH) || 'no reason given');

/** The operator's kill switch, for everyone or for one user. */
export const haltHookSchema = z.discriminatedUnion('scope', [
  z.strictObject({
    eventId: keySchema,
    scope: z.literal('everyone'),
    halted: z.boolean(),
    reason: reasonSchema,
  }),
  z.strictObject({
    eventId: keySchema,
    scope: z.literal('user'),
    userId: idSchema,
    halted: z.boolean(),
    reason: reasonSchema,
  }),
]);
export type HaltHook = z.output<typeof haltHookSchema>;

/** Dollars a share; 0 for a share that is worth nothing any more. */
const statedPrice = z.union([priceSchema, z.literal(0)], 'dollars from 0, with at most four decimals');
/** Closes a position that the market cannot, at a price that the operator states. */
export const positionHookSchema = z
  .strictObject({
    ...recipient,
    // Books may hold names that an earlier grammar allowed.
    symbol: z
      .string()
      .trim()
      .min(1)
      .max(64)
      .transform((text) => readSymbol(text) ?? text),
    price: statedPrice,
    reason: reasonSchema.optional(),
  })
  .refine(oneRecipient, ONE_RECIPIENT);
export type PositionHook = z.output<typeof positionHookSchema>;

/** What a closed position was, and what the account received for it. */
export interface PositionClosed {
  symbol: string;
  quantity: number;
  price: number;
  cash: number;
}

/** An admin may open the Monitor page; nothing else differs. */
export const roleHookSchema = z
  .strictObject({ ...recipient, role: z.enum(['member', 'admin']) })
  .refine(oneRecipient, ONE_RECIPIENT);
export type RoleHook = z.output<typeof roleHookSchema>;

/** The names that senders may give; `pro` and `elite` are known here and nowhere else. */
const TIER_NAMES = {
  STARTER: 'STARTER',
  PROFESSIONAL: 'PROFESSIONAL',
  INSTITUTIONAL: 'INSTITUTIONAL',
  pro: 'PROFESSIONAL',
  elite: 'INSTITUTIONAL',
} as const satisfies Readonly<Record<string, Tier>>;
const tierNames = Object.keys(TIER_NAMES) as (keyof typeof TIER_NAMES)[];
const tierSchema = z
  .enum(tierNames, {
    error: ({ input }) =>
      input === 'admin' || input === 'member'
        ? `"${input}" is a role: set it with POST /hooks/role`
        : `one of ${tierNames.join(', ')}`,
  })
  .transform((name): Tier => TIER_NAMES[name]);
export const tierHookSchema = z
  .strictObject({ ...recipient, tier: tierSchema })
  .refine(oneRecipient, ONE_RECIPIENT);
export type TierHook = z.output<typeof tierHookSchema>;

/** A banned user has no session and can neither sign in nor trade. */
export const banHookSchema = z.strictObject({ eventId: keySchema, userId: idSchema, banned: z.boolean() });
export type BanHook = z.output<typeof banHookSchema>;

/** What became of a reported trade. */
export interface TradeReported {
  /** Number of its event in the user's journal. */
  seq: number;
  /** Fields without a meaning here, the first hundred. */
  skipped: Skipped[];
  /** How many more were left out. */
  more?: number;
}

/** What every hook answers: whether the event was accepted before. */
type HookAnswer<Result> = Result & { duplicate: boolean };

/** A new event is 202, a repeat 200. */
const ACCEPTED = [202, 200] as const;
const ABOUT_A_USER = ['NOT_FOUND', 'CONFLICT'] as const;

export const hooksRoutes = {
  'POST /hooks/trades': route<HookAnswer<TradeReported>>()({
    summary: 'Reports a trade of another system',
    access: 'bot',
    body: tradeHookSchema,
    statuses: ACCEPTED,
    refusals: ABOUT_A_USER,
  }),
  'POST /hooks/portfolio': route<HookAnswer<PortfolioReported>>()({
    summary: 'Reports an account of another system',
    access: 'bot',
    body: portfolioHookSchema,
    statuses: ACCEPTED,
    refusals: ABOUT_A_USER,
  }),
  'POST /hooks/orders': route<HookAnswer<{ orderId: string }>>()({
    summary: 'Places an order',
    access: 'bot',
    body: orderHookSchema,
    statuses: ACCEPTED,
    refusals: [...ABOUT_A_USER, 'FORBIDDEN', ...TRADING_CODES],
  }),
  'POST /hooks/discord-link': route<HookAnswer<{ username: string }>>()({
    summary: 'Completes the link of a Discord account',
    access: 'bot',
    body: discordLinkHookSchema,
    statuses: ACCEPTED,
    refusals: ABOUT_A_USER,
  }),
  'POST /hooks/halt': route<HookAnswer<{ halted: boolean }>>()({
    summary: 'Halts or resumes trading, for everyone or for one user',
    access: 'operator',
    body: haltHookSchema,
    statuses: ACCEPTED,
    refusals: ABOUT_A_USER,
  }),
  'POST /hooks/positions': route<HookAnswer<PositionClosed>>()({
    summary: 'Closes a position of a user at a stated price',
    access: 'operator',
    body: positionHookSchema,
    statuses: ACCEPTED,
    refusals: ABOUT_A_USER,
  }),
  'POST /hooks/ban': route<HookAnswer<{ banned: boolean }>>()({
    summary: 'Bans a user, or lifts the ban',
    access: 'operator',
    body: banHookSchema,
    statuses: ACCEPTED,
    refusals: ABOUT_A_USER,
  }),
  'POST /hooks/role': route<HookAnswer<{ role: Role }>>()({
    summary: 'Makes a user an administrator, or a member again',
    access: 'operator',
    body: roleHookSchema,
    statuses: ACCEPTED,
    refusals: ABOUT_A_USER,
  }),
  'POST /hooks/tier': route<HookAnswer<{ tier: Tier }>>()({
    summary: 'Sets what a user has paid for',
    access: 'operator',
    body: tierHookSchema,
    statuses: ACCEPTED,
    refusals: ABOUT_A_USER,
  }),
};
