import type { Role, UserPayload } from '../../protocol/accounts.ts';
import type { Tier } from '../../protocol/tier.ts';

export interface User {
  readonly id: string;
  /** As typed at registration; its fold (`foldUsername`) is unique. */
  readonly username: string;
  readonly name: string;
  readonly role: Role;
  readonly tier: Tier;
  readonly banned: boolean;
}

export interface NewUser {
  readonly username: string;
  readonly name: string;
  readonly role: Role;
  readonly passwordHash: string;
}

/** Where users are kept. */
export interface Users {
  /** Creates the user, of the lowest tier, with journal and account, in one transaction. Throws USERNAME_TAKEN. */
  create(user: NewUser): Promise<User>;
  findById(id: string): Promise<User | null>;
  findByDiscordId(discordUserId: string): Promise<User | null>;
  /** With the password hash, for login only. */
  findByUsername(username: string): Promise<(User & { passwordHash: string }) | null>;
  /**
   * Whether this hash is the user's, and the user not banned. Waits for a change of the password that is about to
   * be committed: that change either sees what began before this call, or the answer is no.
   */
  holdsPassword(id: string, passwordHash: string): Promise<boolean>;
  /**
   * Replaces the password and ends every session of the user but one, in one transaction; answers with the ids of
   * the ended ones. Throws INVALID_CREDENTIALS where `expected` is no longer the hash, UNAUTHENTICATED where the
   * session to keep has ended.
   */
  changePassword(
    id: string,
    change: { readonly expected: string; readonly passwordHash: string; readonly keepSession: string },
  ): Promise<string[]>;
  /** What the user may operate from the next request on. */
  setRole(id: string, role: Role): Promise<void>;
  /** What these users have paid for, in one query; an unknown user has no entry. */
  tiers(ids: readonly string[]): Promise<ReadonlyMap<string, Tier>>;
  /** Whose tier changed since an earlier answer; no change that was committed in between is left out. */
  tierChanges(since: TierMark | null): Promise<TierChanges>;
}

/** How far the changes of tiers have been read, in the numbers of one database server. */
export interface TierMark {
  readonly server: string;
  /** Every older transaction had ended. */
  readonly oldest: string;
}

export interface TierChanges {
  readonly mark: TierMark;
  /** Ids of users, some of them possibly once more; null where the mark says nothing of it, so that all have to be read. */
  readonly changed: readonly string[] | null;
}

export const userToPayload = (user: User): UserPayload => ({
  id: user.id,
  username: user.username,
  name: user.name,
  role: user.role,
  tier: user.tier,
});
