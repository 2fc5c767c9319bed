import { quantity } from './format.ts';

/** 1 signal, 2,000 signals. Give `many` where an s does not make it. */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${quantity(count)} ${count === 1 ? one : many}`;
