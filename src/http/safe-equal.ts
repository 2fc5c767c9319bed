import { createHash, timingSafeEqual } from 'node:crypto';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Compares a secret with received text, in a time that reveals neither content nor length. */
export const safeEqual = (sent: string, secret: string): boolean =>
  timingSafeEqual(digest(sent), digest(secret));
