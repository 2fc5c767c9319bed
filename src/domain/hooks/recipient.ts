import { TradecastError } from '../../protocol/errors.ts';
import type { User, Users } from '../accounts/user.ts';

/** The user that a hook concerns: its schema holds that exactly one of the two is there. */
export interface Recipient {
  readonly userId?: string;
  readonly discordUserId?: string;
}

/** Throws NOT_FOUND. */
export async function findRecipient(
  users: Pick<Users, 'findById' | 'findByDiscordId'>,
  { userId, discordUserId = '' }: Recipient,
): Promise<User> {
  const found = userId === undefined ? users.findByDiscordId(discordUserId) : users.findById(userId);
  const user = await found;
  if (!user) throw noSuchRecipient();
  return user;
}

export const noSuchRecipient = (): TradecastError =>
  new TradecastError('NOT_FOUND', 'No such user, or no user linked to this Discord account.');
