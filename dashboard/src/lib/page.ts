import { useSyncExternalStore } from 'react';

/** What the window shows; kept in the address, so that the browser's own back, reload and bookmarks work. */
export type Page = 'trading' | 'monitor';

const current = (): Page => (window.location.hash === '#monitor' ? 'monitor' : 'trading');

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}

export const usePage = (): Page => useSyncExternalStore(subscribe, current);

export function showPage(page: Page): void {
  window.location.hash = page;
}
