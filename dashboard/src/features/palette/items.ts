/** What the palette offers, and where it leads. */
import { pathTo } from '../../../../src/protocol/pages.ts';
import { instrumentWords } from '../../lib/instrument-words.ts';

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

export const contractItem = (symbol: string, expired: boolean): PaletteItem => ({
  id: `contract ${symbol}`,
  label: instrumentWords(symbol),
  detail: expired ? 'Expired contract' : 'Option contract',
  path: pathTo.symbol(symbol),
});

export const chainItem = (underlying: string): PaletteItem => ({
  id: `chain ${underlying}`,
  label: `${underlying} options`,
  detail: 'Option chain',
  path: pathTo.chain(underlying),
});

export const filled = (groups: readonly PaletteGroup[]): readonly PaletteGroup[] =>
  groups.filter(({ items }) => items.length > 0);
