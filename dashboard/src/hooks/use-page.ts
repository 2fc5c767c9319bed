import { matchRoute, useLocation, useRouter } from 'wouter';
import { navigate } from 'wouter/use-browser-location';
import { PAGE_NAMES, PAGES, type PageName } from '../../../src/protocol/pages.ts';

export interface Address {
  readonly path: string;
  /** Null where no page has this path. */
  readonly page: PageName | null;
  /** The segments that the page's path names. */
  readonly params: Readonly<Record<string, string | undefined>>;
}

/** The router decodes what a path may have as it is (`%20`), this what a segment may not (`%2F`). */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** The page that the browser's address names. */
export function usePage(): Address {
  const [path] = useLocation();
  const { parser } = useRouter();
  for (const page of PAGE_NAMES) {
    const [matches, params] = matchRoute(parser, PAGES[page].path, path);
    if (!matches) continue;
    const segments = Object.entries(params).map(([name, segment]) => [name, decoded(segment ?? '')]);
    return { path, page, params: Object.fromEntries(segments) };
  }
  return { path, page: null, params: {} };
}

/** Goes to a path. Going to where one is adds nothing to the history. */
export function go(path: string, options?: { readonly replace?: boolean }): void {
  if (path !== window.location.pathname) navigate(path, options);
}

/** Of a step of the history that shall bring its symbol's chart into sight. */
const REVEAL = 'reveal';

/** Goes to a path whose content is to be in sight, wherever the page is scrolled to. */
export function goAndReveal(path: string): void {
  if (path !== window.location.pathname) navigate(path, { state: REVEAL });
}

/** Whether the present step of the history is such a one; true once, so that coming back to it keeps the place. */
export function takeReveal(): boolean {
  if (window.history.state !== REVEAL) return false;
  window.history.replaceState(null, '');
  return true;
}
