import { randomInt } from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';

/** A code ends after this: long enough to switch to Discord and type it. */
const LINK_CODE_LIFE_MS = 10 * 60 * 1000;
/** 40 bits: too many to guess through a bot in ten minutes. */
const CODE_LENGTH = 8;
/** Crockford's base 32 leaves out letters that are read as digits. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

export interface LinkCode {
  readonly code: string;
  /** Milliseconds since epoch. */
  readonly expiresAt: number;
}

/** Where open codes and links are kept. */
export interface DiscordLinkStore {
  /** Replaces the user's open code. */
  saveCode(userId: string, code: LinkCode): Promise<void>;
  /** The linked Discord account; null without one. */
  find(userId: string): Promise<string | null>;
  /** Ends the link and any open code. */
  unlink(userId: string): Promise<void>;
}

/** How a signed-in user proves which Discord account is theirs: the code is shown here and typed there. */
export interface DiscordLinks {
  issue(userId: string): Promise<LinkCode>;
  find(userId: string): Promise<string | null>;
  unlink(userId: string): Promise<void>;
}

export function createDiscordLinks({
  store,
  clock,
}: {
  store: DiscordLinkStore;
  clock: Clock;
}): DiscordLinks {
  return {
    async issue(userId) {
      const letters = Array.from({ length: CODE_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]);
      const issued = { code: letters.join(''), expiresAt: clock.now() + LINK_CODE_LIFE_MS };
      await store.saveCode(userId, issued);
      return issued;
    },
    find: (userId) => store.find(userId),
    unlink: (userId) => store.unlink(userId),
  };
}
