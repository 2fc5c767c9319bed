/** Who a user is, and how one signs in; over HTTP only. */
import { z } from 'zod';
import { route } from './declare.ts';
import { isDisplayName } from './display-text.ts';
import type { PublicConfigPayload } from './http.ts';
import type { Tier } from './tier.ts';

/** What a user may operate. */
export type Role = 'member' | 'admin';

export interface UserPayload {
  id: string;
  username: string;
  name: string;
  role: Role;
  tier: Tier;
}

export interface LoginPayload {
  user: UserPayload;
  sessionID: string;
}

/** `expiresIn` is in seconds. */
export interface SocketTokenPayload {
  token: string;
  expiresIn: number;
}

export interface DiscordLinkPayload {
  code: string;
  expiresAt: string;
}

export const usernameSchema = z
  .string()
  .regex(/^[A-Za-z0-9_.-]{3,32}$/, '3 to 32 letters, digits, dots, dashes or underscores');
/** Long enough to resist guessing, bounded so that hashing cost is. */
const passwordSchema = z.string().min(10, 'at least 10 characters').max(200);
const displayNameSchema = z
  .string()
  .trim()
  .min(1)
  .max(64)
  .refine(isDisplayName, 'printable characters only, and one to see');

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

export const accountsRoutes = {
  'GET /api/config': route<PublicConfigPayload>()({
    summary: 'What a sign-in screen shows before there is a session',
    access: 'anyone',
  }),
  'POST /api/auth/register': route<LoginPayload>()({
    summary: 'Registers a user and begins a session',
    access: 'anyone',
    body: registerSchema,
    statuses: [201],
    refusals: ['FORBIDDEN', 'USERNAME_TAKEN', 'RATE_LIMITED'],
  }),
  'POST /api/auth/login': route<LoginPayload>()({
    summary: 'Begins a session',
    access: 'anyone',
    body: loginSchema,
    refusals: ['INVALID_CREDENTIALS', 'FORBIDDEN', 'RATE_LIMITED'],
  }),
  'POST /api/auth/password': route<void>()({
    summary: 'Changes the password and ends every other session of the user',
    access: 'member',
    body: passwordChangeSchema,
    statuses: [204],
    refusals: ['INVALID_CREDENTIALS'],
  }),
  'POST /api/auth/logout': route<void>()({
    summary: 'Ends the session and closes its sockets',
    access: 'member',
    statuses: [204],
  }),
  'GET /api/auth/session': route<LoginPayload>()({ summary: 'Who is signed in', access: 'member' }),
  'GET /api/auth/token': route<SocketTokenPayload>()({
    summary: 'Issues a token that opens one plain WebSocket',
    access: 'member',
    refusals: ['RATE_LIMITED'],
  }),
  'POST /api/auth/token': route<SocketTokenPayload>()({
    summary: 'The same, for clients that fetch what changes by POST',
    access: 'member',
    refusals: ['RATE_LIMITED'],
  }),
  'GET /api/account/discord-link': route<{ discordUserId: string | null }>()({
    summary: 'The linked Discord account; null without a link',
    access: 'member',
  }),
  'POST /api/account/discord-link': route<DiscordLinkPayload>()({
    summary: 'Issues a code that links the Discord account that sends it to the bot',
    access: 'member',
    statuses: [201],
  }),
  'DELETE /api/account/discord-link': route<void>()({
    summary: 'Ends the link to a Discord account',
    access: 'member',
    statuses: [204],
  }),
};
