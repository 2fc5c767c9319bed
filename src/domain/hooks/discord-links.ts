/** A one-time code ends after this, milliseconds: long enough to switch to Discord and type it. */
export const LINK_CODE_LIFE_MS = 10 * 60 * 1000;

export interface LinkCode {
  readonly code: string;
  /** Milliseconds since epoch. */
  readonly expiresAt: number;
}

/** How a signed-in user proves which Discord account is theirs. */
export interface DiscordLinks {
  /** A fresh code for this user; an older one ends. */
  issue(userId: string): Promise<LinkCode>;
  /** Ends the link and any open code. */
  unlink(userId: string): Promise<void>;
}
