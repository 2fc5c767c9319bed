import type { ComponentType } from 'react';
import type { UserPayload } from '../../../src/protocol/accounts.ts';
import type { LoadPriceChart } from '../features/chart/use-price-chart.ts';
import type { ThemeStore } from '../stores/theme.ts';

export interface PageProps {
  /** The segments that the page's path names. */
  readonly params: Readonly<Record<string, string | undefined>>;
  /** False while another page is in front of this one. */
  readonly shown: boolean;
  readonly user: UserPayload;
  readonly theme: ThemeStore;
  readonly loadChart?: LoadPriceChart;
}

/** What the browser adds to a page's path, title and access. */
export type Route = {
  /** It stays mounted behind other pages, so that coming back costs nothing. */
  readonly stays?: boolean;
  /** Its panels fill the page, and its heading is for screen readers alone. */
  readonly bare?: boolean;
} & (
  | { readonly Page: ComponentType<PageProps> }
  | { readonly load: () => Promise<ComponentType<PageProps>> }
);
