import { useLocation } from 'wouter';
import { navigate, usePathname } from 'wouter/use-browser-location';
import { PAGE_NAMES, PAGES, type PageName } from '../../../src/protocol/pages.ts';

export interface Address {
  readonly path: string;
  /** Null where no page has this path. */
  readonly page: PageName | null;
  /** The segments that the page's path names. */
  readonly params: Readonly<Record<string, string | undefined>>;
}

/** A page has one spelling of its path, as in the service: capitals and a slash at the end make another address. */
const PATTERNS = PAGE_NAMES.map(
  (page) => [page, new RegExp(`^${PAGES[page].path.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`)] as const,
);

/** The text of a segment, which may have `%2F`; as it is where no text is written so. */
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
  const sent = usePathname();
  for (const [page, pattern] of PATTERNS) {
    const match = pattern.exec(sent);
    if (!match) continue;
    const segments = Object.entries(match.groups ?? {}).map(([name, segment]) => [name, decoded(segment)]);
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
