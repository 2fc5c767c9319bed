import { fieldsOf } from '../massive/fields.ts';
import { eventsOf, readLines } from './lines.ts';
import type { Side } from './side.ts';

const QUOTE_MARK = /"ev"\s*:\s*"Q"/;

/** So much of a recording is read before it is played: it takes a fraction of a second. */
const FAR_BATCHES = 32;

/**
 * Whether a recording holds bids and asks of this side; it is read up to the first one. `onFar` is called where that takes
 * longer. Throws the errors of the file.
 */
export async function holdsQuotes(
  file: string,
  { takes }: Pick<Side, 'takes'>,
  onFar: () => void,
): Promise<boolean> {
  const isQuote = (event: unknown): boolean => fieldsOf(event).ev === 'Q' && takes(event);
  let batches = 0;
  for await (const lines of readLines(file)) {
    for (const line of lines) if (QUOTE_MARK.test(line) && eventsOf(line).some(isQuote)) return true;
    batches += 1;
    if (batches === FAR_BATCHES) onFar();
  }
  return false;
}
