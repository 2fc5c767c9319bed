import { usernameSchema } from '../../protocol/accounts.ts';

/**
 * The one fold of user names: spellings with the same fold name one user, in limits and in the database. Names are ASCII,
 * so that no locale has another opinion; null for a text that cannot be a user name.
 */
export const foldUsername = (text: string): string | null =>
  usernameSchema.safeParse(text).success ? text.toLowerCase() : null;
