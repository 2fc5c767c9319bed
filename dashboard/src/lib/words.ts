/** A word of the wire that this page has no text for: `pending_replace` → `Pending replace`. */
export function asWords(word: string): string {
  const text = word.replaceAll(/[_-]+/g, ' ').trim().toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The text for a word of the wire; a newer server may send words that `texts` does not have. */
export const textFor = (texts: Readonly<Record<string, string>>, word: string): string =>
  (Object.hasOwn(texts, word) ? texts[word] : undefined) ?? asWords(word);
