/** Why an address cannot be used: the end of a sentence that begins with the variable's name. Repeats no password. */
export interface AddressProblem {
  readonly problem: string;
}

/** Text of one part of an address; null where it is missing. */
export const textOf = (part: string): string | null => (part === '' ? null : decodeURIComponent(part));

export const readBoolean = (text: string | null): boolean => text === 'true' || text === '1';

/** Stands for the host that an address leaves out. */
const NO_HOST = 'no-host.invalid';

/** The URL of `text`, also of one without a host behind its user (`postgres://user@/db?host=/run`); null for none. */
export function readUrl(text: string): URL | null {
  if (URL.canParse(text)) return new URL(text);
  const filled = text.replace(/^([a-z+]+:\/\/[^/?#]*@)(?=[/?])/i, `$1${NO_HOST}`);
  return filled !== text && URL.canParse(filled) ? new URL(filled) : null;
}

/** Its host without the brackets of IPv6, decoded; null where it has none. */
export const hostOf = ({ hostname }: URL): string | null =>
  hostname === NO_HOST ? null : textOf(hostname.replace(/^\[(.+)\]$/, '$1'));
