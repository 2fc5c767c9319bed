import { useId } from 'react';
import { useStore } from 'zustand';
import { Button } from '../../components/button.tsx';
import { Choice } from '../../components/choice.tsx';
import { GUARDS, type SignalChoicesStore } from '../../stores/signal-choices.ts';
import type { SignalFilter, StreamChoice } from './filter.ts';
import { playSample } from './use-arrivals.ts';

const STREAMS = [
  { value: 'all', label: 'All' },
  { value: 'free', label: 'Free' },
  { value: 'premium', label: 'Premium' },
] as const satisfies readonly { value: StreamChoice; label: string }[];

export interface SignalToolsProps {
  readonly filter: Pick<SignalFilter, 'text' | 'stream'>;
  readonly onFilter: (part: Partial<SignalFilter>) => void;
  /** Whether the tier has the choice of streams. */
  readonly premium: boolean;
  readonly choices: SignalChoicesStore;
}

/** The filter, the sound and the price guard. */
export function SignalTools({ filter, onFilter, premium, choices }: SignalToolsProps) {
  const id = useId();
  const { sound, guardPercent } = useStore(choices);
  return (
    <div className="flex flex-wrap items-end gap-3 border-line border-b p-3 sm:px-4">
      <div className="min-w-40 flex-1 sm:max-w-xs">
        <label htmlFor={`${id}-filter`} className="mb-1 block text-muted text-xs">
          Filter
        </label>
        <input
          id={`${id}-filter`}
          type="search"
          autoComplete="off"
          spellCheck={false}
          placeholder="Symbol, source or word"
          value={filter.text}
          onChange={({ target }) => onFilter({ text: target.value })}
          className="field"
        />
      </div>
      {premium ? (
        <Choice
          label="Stream"
          value={filter.stream}
          options={STREAMS}
          onChange={(stream) => onFilter({ stream })}
        />
      ) : null}
      <div>
        <label htmlFor={`${id}-guard`} className="mb-1 block text-muted text-xs">
          Price guard of “Trade this”
        </label>
        <select
          id={`${id}-guard`}
          value={guardPercent}
          onChange={({ target }) =>
            choices.choose({ guardPercent: GUARDS[target.selectedIndex] ?? guardPercent })
          }
          className="field"
        >
          {GUARDS.map((guard) => (
            <option key={guard} value={guard}>
              {guard} % from the signal’s price
            </option>
          ))}
        </select>
      </div>
      <Button
        aria-pressed={sound}
        onClick={() => {
          choices.choose({ sound: !sound });
          if (!sound) playSample();
        }}
        className="min-h-9 max-sm:min-h-10.5"
      >
        Sound {sound ? 'on' : 'off'}
      </Button>
    </div>
  );
}
