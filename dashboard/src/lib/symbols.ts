import type { InstrumentPayload } from '../../../src/protocol/market.ts';
import { readSymbol, symbolForms } from '../../../src/protocol/symbol.ts';
import { contractNamed } from './typed-contract.ts';

/**
 * What a text means, a stock in whatever spelling or a contract named in full; undefined where it is only a beginning
 * or a company.
 */
export function meantBy(text: string, found: readonly InstrumentPayload[]): InstrumentPayload | undefined {
  const forms = [contractNamed(text), ...symbolForms(text)];
  return forms.flatMap((form) => found.filter(({ symbol }) => symbol === form))[0];
}

/** `aapl` → `AAPL`; a text that is no symbol stays as it is, and the server refuses it. */
export const toSymbol = (text: string): string => readSymbol(text) ?? text;
