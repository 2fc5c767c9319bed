import { fieldsOf } from '../massive/fields.ts';
import { eventsOf, readLines } from './lines.ts';
import type { Side } from './side.ts';

const QUOTE_MARK = /"ev"\s*:\s*"Q"/;

/** Whether a recording holds bids and asks of this side; it is read up to the first one. Throws the errors of the file. */
export async function holdsQuotes(file: string, { takes }: Pick<Side, 'takes'>): Promise<boolean> {
  const isQuote = (event: unknown): boolean => fieldsOf(event).ev === 'Q' && takes(event);
  for await (const lines of readLines(file))
    for (const line of lines) if (QUOTE_MARK.test(line) && eventsOf(line).some(isQuote)) return true;
  return false;
}
