/** Who a user is, and how one signs in; over HTTP only. */
import { z } from 'zod';

export type Tier = 'member' | 'admin';

export interface UserPayload {
  id: string;
  username: string;
  name: string;
  tier: Tier;
}

export interface LoginPayload {
  user: UserPayload;
  sessionID: string;
}

export interface DiscordLinkPayload {
  code: string;
  expiresAt: string;
}

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
