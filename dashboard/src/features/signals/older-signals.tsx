import { useState } from 'react';
import { useStore } from 'zustand';
import { Button } from '../../components/button.tsx';
import { useDesk } from '../../hooks/websocket-context.tsx';

/** The way to older signals than those of the list; nothing where there are none. */
export function OlderSignals() {
  const { signals: lane } = useDesk();
  const hasOlder = useStore(lane.store, (state) => state.olderFrom !== null);
  const [loading, setLoading] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  async function load(): Promise<void> {
    if (loading) return;
    setLoading(true);
    setProblem(null);
    try {
      await lane.loadOlder();
    } catch (error) {
      setProblem((error as Error).message);
    } finally {
      setLoading(false);
    }
  }

  if (!hasOlder) return null;
  return (
    <div className="flex flex-wrap items-center gap-3 border-line border-t p-3 sm:px-4">
      <Button aria-disabled={loading} onClick={() => void load()}>
        {loading ? 'Loading older signals…' : 'Show older signals'}
      </Button>
      {problem === null ? null : (
        <span role="alert" className="text-down text-xs">
          Older signals did not load. {problem}
        </span>
      )}
    </div>
  );
}
