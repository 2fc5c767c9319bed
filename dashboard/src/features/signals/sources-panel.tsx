import { useStore } from 'zustand';
import { Button } from '../../components/button.tsx';
import { Panel } from '../../components/panel.tsx';
import { plural } from '../../lib/plural.ts';
import type { SignalChoicesStore } from '../../stores/signal-choices.ts';
import type { SourceCount } from './filter.ts';

export interface SourcesPanelProps {
  readonly sources: readonly SourceCount[];
  readonly choices: SignalChoicesStore;
}

/** Who sends signals. A source that is muted stays so in this browser. */
export function SourcesPanel({ sources, choices }: SourcesPanelProps) {
  const muted = useStore(choices, (state) => state.muted);
  return (
    <Panel id="signal-sources" title="Sources">
      {sources.length === 0 ? (
        <p className="p-4 text-muted">No source has sent a signal yet.</p>
      ) : (
        <ul>
          {sources.map(({ source, count }) => {
            const silent = muted.includes(source);
            return (
              <li
                key={source}
                className="flex min-h-11 items-center gap-2 border-line border-t px-3 py-1.5 first:border-t-0 sm:px-4"
              >
                <span className={`min-w-0 flex-1 break-words font-medium ${silent ? 'text-muted' : ''}`}>
                  {source}
                  <span className="block font-normal text-muted text-xs">
                    {silent
                      ? 'Muted in this browser: its signals are not listed and make no sound.'
                      : `${plural(count, 'signal')} listed`}
                  </span>
                </span>
                <Button
                  className="px-2 py-1"
                  aria-pressed={silent}
                  aria-label={`Mute ${source}`}
                  onClick={() => choices.toggle(source)}
                >
                  {silent ? 'Unmute' : 'Mute'}
                </Button>
              </li>
            );
          })}
        </ul>
      )}
    </Panel>
  );
}
