/** A word of the wire that this page has no text for: `pending_replace` → `Pending replace`. */
export function asWords(word: string): string {
  const text = word.replaceAll(/[_-]+/g, ' ').trim().toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What `table` has for a word of the wire; undefined for a word that only a newer server has. */
export const entryFor = <T>(table: Readonly<Record<string, T>>, word: string): T | undefined =>
  Object.hasOwn(table, word) ? table[word] : undefined;

/** The text for a word of the wire; a word that `texts` does not have is shown as it is. */
export const textFor = (texts: Readonly<Record<string, string>>, word: string): string =>
  entryFor(texts, word) ?? asWords(word);

/** The text of somebody else as a sentence, so that another may follow: some of them end with a full stop, some do not. */
export const asSentence = (text: string): string => (/[.!?…]$/.test(text) ? text : `${text}.`);
