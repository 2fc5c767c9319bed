/** Numbers as people read them, in sentences of the server and on screens. */

/** A decimal as plain text, of which no digit is lost. */
export type DecimalText = `${number}`;

/** Dollars, with the $ in front. */
export const DOLLARS = { style: 'currency', currency: 'USD' } as const;

export const numberFormat = (options: Intl.NumberFormatOptions): Intl.NumberFormat =>
  new Intl.NumberFormat('en-US', options);

/** A true minus is as wide as a plus, so that columns do not shift. What is shown as zero has no sign. */
export function showNumber(format: Intl.NumberFormat, value: number | DecimalText): string {
  const text = format.format(value);
  return text.replace('-', /[1-9]/.test(text) ? '−' : '');
}
