/** What the palette offers, and where it leads. */
import { pathTo } from '../../../../src/protocol/pages.ts';
import { parseSymbol } from '../../../../src/protocol/symbol.ts';
import { price } from '../../lib/format.ts';

export interface PaletteItem {
  readonly id: string;
  readonly label: string;
  /** What the label is, in words. */
  readonly detail: string;
  readonly path: string;
}

export interface PaletteGroup {
  readonly title: string;
  readonly items: readonly PaletteItem[];
}

export interface PageLink {
  readonly title: string;
  readonly path: string;
}

export const pageItems = (pages: readonly PageLink[], text: string): readonly PaletteItem[] =>
  pages
    .filter(({ title }) => title.toLowerCase().includes(text.toLowerCase()))
    .map(({ title, path }) => ({ id: `page ${path}`, label: title, detail: 'Page', path }));

export const symbolItem = (symbol: string, name: string): PaletteItem => ({
  id: `symbol ${symbol}`,
  label: symbol,
  detail: name,
  path: pathTo.symbol(symbol),
});

/** A contract in words: `19 Dec 2025 650.00 call`. */
export function contractItem(symbol: string): PaletteItem | null {
  const parsed = parseSymbol(symbol);
  if (parsed?.kind !== 'option') return null;
  const { root, expiry, strike, right } = parsed;
  return {
    id: `contract ${symbol}`,
    label: `${root} ${price(strike)} ${right}`,
    detail: `Contract, expires ${expiry}`,
    path: pathTo.symbol(symbol),
  };
}

export const filled = (groups: readonly PaletteGroup[]): readonly PaletteGroup[] =>
  groups.filter(({ items }) => items.length > 0);
