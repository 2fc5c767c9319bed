import { quantity } from './format.ts';

/** The word for so many: signal, signals. */
export const noun = (count: number, one: string, many = `${one}s`): string => (count === 1 ? one : many);

/** 1 signal, 2,000 signals. Give `many` where an s does not make it. */
export const plural = (count: number, one: string, many?: string): string =>
  `${quantity(count)} ${noun(count, one, many)}`;
