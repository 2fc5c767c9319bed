import { useEffect, useState } from 'react';

export interface Loaded<T> {
  /** Null until it is here. */
  readonly part: T | null;
  readonly failed: boolean;
  retry(): void;
}

/** A part of the dashboard whose code comes when it is needed. */
export function useLoaded<T>(load: () => Promise<T>): Loaded<T> {
  // Within an object: React would call a component that is set as a state.
  const [loaded, setLoaded] = useState<{ part: T } | null>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    if (failed) return;
    load().then(
      (part) => setLoaded({ part }),
      () => setFailed(true),
    );
  }, [load, failed]);
  return { part: loaded?.part ?? null, failed, retry: () => setFailed(false) };
}
