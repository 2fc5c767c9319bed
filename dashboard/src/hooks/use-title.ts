import { useEffect } from 'react';

/** Names the document in tabs, in the history and to screen readers. */
export function useTitle(title: string | null): void {
  useEffect(() => {
    document.title = title === null ? 'Tradecast' : `${title} · Tradecast`;
  }, [title]);
}
