import { isUnavailable, TradecastError } from '../../protocol/errors.ts';

/**
 * An error of the database does not mean that nothing was written. A write with a key may be repeated, and the
 * second attempt finds out; a refusal is final.
 */
export async function repeatOnce<T>(attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof TradecastError && !isUnavailable(error)) throw error;
    return attempt();
  }
}
