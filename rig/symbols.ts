const letter = (at: number): string => String.fromCharCode(65 + (Math.floor(at) % 26));

/** Up to 676 made-up symbols: `prefix`, then two letters. */
export const symbolNames = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, at) => `${prefix}${letter(at / 26)}${letter(at)}`);
