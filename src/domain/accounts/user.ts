import type { Tier, UserPayload } from '../../protocol/payloads.ts';

export interface User {
  readonly id: string;
  /** As typed at registration; unique without regard to case. */
  readonly username: string;
  readonly name: string;
  readonly tier: Tier;
  readonly banned: boolean;
}

export interface NewUser {
  readonly username: string;
  readonly name: string;
  readonly tier: Tier;
  readonly passwordHash: string;
}

/** Where users are kept. */
export interface Users {
  /** Creates the user and everything a user must have (journal, account) in one transaction. Throws USERNAME_TAKEN. */
  create(user: NewUser): Promise<User>;
  findById(id: string): Promise<User | null>;
  findByDiscordId(discordUserId: string): Promise<User | null>;
  /** With the password hash, for login only. */
  findByUsername(username: string): Promise<(User & { passwordHash: string }) | null>;
  /** Marks the user as banned and ends every session of theirs. False where there is no such user. */
  ban(id: string): Promise<boolean>;
  unban(id: string): Promise<boolean>;
}

export const userToPayload = (user: User): UserPayload => ({
  id: user.id,
  username: user.username,
  name: user.name,
  tier: user.tier,
});
