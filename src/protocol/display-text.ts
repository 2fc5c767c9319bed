/** Texts that people have written and others read, such as names. */

/**
 * Unicode's format characters that a name needs: the joiners, without which emoji and several scripts fall apart, and
 * the tags behind an emoji that make a regional flag of it. The others are invisible, and the bidirectional ones make a
 * text look like another one.
 */
const JOINERS =
  /\u200C|\u200D|(?<=\p{Extended_Pictographic}[\u{1F3FB}-\u{1F3FF}\uFE0F]*)[\u{E0020}-\u{E007E}]+\u{E007F}/gu;
/**
 * Control, other format, private, unassigned and surrogate characters, the separators of lines and paragraphs, and the
 * letters that are shown as nothing: the blank of Braille and the fillers of Hangul.
 */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}\u2800\u115F\u1160\u3164\uFFA0]/u;
/** Something to see: no blank, no mark without its letter, nothing that is ignored where it cannot be shown. */
const VISIBLE = /[^\p{Default_Ignorable_Code_Point}\p{Z}\p{M}\p{C}]/u;
/** What turns the direction of the text around it. */
const BIDI_CONTROLS = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/u;

/** Whether the text can be shown as a name: every character is printable or joins two that are, and one is seen. */
export const isDisplayName = (text: string): boolean =>
  VISIBLE.test(text) && !UNPRINTABLE.test(text.replace(JOINERS, ''));

/** Whether the text can be shown as lines of prose: it controls neither the screen nor the direction of what is around it. */
export const isProse = (text: string): boolean =>
  !/[\p{Cc}\p{Cs}]/u.test(text.replaceAll('\n', '')) && !BIDI_CONTROLS.test(text);

const KEPT_OR_UNPRINTABLE = new RegExp(`(${JOINERS.source})|${UNPRINTABLE.source}`, 'gu');

/** The text as one line of printable characters: what is not printable becomes a blank. */
export const toOneLine = (text: string): string =>
  text
    .replace(KEPT_OR_UNPRINTABLE, (_, joiner: string | undefined) => joiner ?? ' ')
    .replace(/\s+/g, ' ')
    .trim();

/** The beginning of a text, of at most `length` UTF-16 units: a character that does not fit is left out whole. */
export const beginningOf = (text: string, length: number): string =>
  text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '');
