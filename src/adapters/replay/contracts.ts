import type { ContractTerms } from '../../domain/options/chains.ts';
import { readContractRow, readTerms } from '../massive/contract-rows.ts';
import { fieldsOf } from '../massive/fields.ts';
import { eventsOf, readLines } from './lines.ts';

/** A contract of a recording. */
export interface RecordedContract extends ContractTerms {
  /** At the end of the day before; undefined where the recording does not say. */
  readonly openInterest: number | undefined;
}

const CONTRACT = /"(?:sym|ticker)":"(O:[^"]+)"/g;
const CONTRACT_MARK = '"O:';
const REST_MARK = '"ev":"contract"';

/** Whether a recording holds contracts at all; it is read up to the first one. Throws the errors of the file. */
export async function holdsContracts(file: string): Promise<boolean> {
  for await (const lines of readLines(file))
    if (lines.some((line) => line.includes(CONTRACT_MARK))) return true;
  return false;
}

/** What a symbol alone says; undefined for one that is no contract. */
export type TermsOf = (symbol: string) => ContractTerms | undefined;

/** What REST said of a contract; undefined for another event. */
function answered(event: unknown, termsOf: TermsOf): RecordedContract | undefined {
  const { t, result } = fieldsOf(event);
  const { details, underlying_asset: asset } = fieldsOf(result);
  const { ticker: underlying } = fieldsOf(asset);
  const row = typeof t === 'number' && Number.isFinite(t) ? readContractRow(result, t) : undefined;
  const ofSymbol = row && termsOf(row.symbol);
  if (!ofSymbol) return undefined;
  const terms = readTerms(details, typeof underlying === 'string' ? underlying : ofSymbol.underlying);
  return { ...ofSymbol, ...terms, openInterest: row.openInterest };
}

/** The contracts of a recording by their symbols. Reads the whole file; throws its errors. */
export async function readContracts(
  file: string,
  termsOf: TermsOf,
): Promise<ReadonlyMap<string, RecordedContract>> {
  const contracts = new Map<string, RecordedContract>();
  for await (const lines of readLines(file)) {
    for (const line of lines) {
      if (!line.includes(CONTRACT_MARK)) continue;
      for (const event of line.includes(REST_MARK) ? eventsOf(line) : []) {
        const told = answered(event, termsOf);
        if (told) contracts.set(told.symbol, told);
      }
      for (const [, symbol = ''] of line.matchAll(CONTRACT)) {
        const terms = contracts.has(symbol) ? undefined : termsOf(symbol);
        if (terms) contracts.set(symbol, { ...terms, openInterest: undefined });
      }
    }
  }
  return contracts;
}
