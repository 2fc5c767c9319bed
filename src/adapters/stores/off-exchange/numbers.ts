/** Amounts between the domain and NUMERIC columns: whole numbers of 1e-12 dollars there, dollars here. */
import type { Amount } from '../../../domain/off-exchange/amount.ts';

const DECIMALS = 12;

/** Plain decimal text of dollars; exact. */
export function toDollars(amount: Amount): string {
  const digits = String(amount).padStart(DECIMALS + 1, '0');
  return `${digits.slice(0, -DECIMALS)}.${digits.slice(-DECIMALS)}`;
}

/** Of the text of a NUMERIC column; exact. */
export function fromDollars(text: string): Amount {
  const [whole = '', fraction = ''] = text.split('.');
  return BigInt(whole + fraction.slice(0, DECIMALS).padEnd(DECIMALS, '0'));
}
