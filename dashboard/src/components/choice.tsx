import { useId } from 'react';
import { useSingleKeys } from '../hooks/single-keys.ts';
import { Key } from './key.tsx';

export interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly {
    readonly value: T;
    readonly label: string;
    readonly selectedClass?: string;
    /** The key that chooses it from anywhere on the page. */
    readonly shortcut?: string;
    /** What the label is short for. */
    readonly name?: string;
  }[];
  readonly onChange: (value: T) => void;
  readonly hideLabel?: boolean;
}

/** Radio buttons that look like one control; arrow keys and labels are the browser's own. */
export function Choice<T extends string>({ label, value, options, onChange, hideLabel }: ChoiceProps<T>) {
  const name = useId();
  const single = useSingleKeys();
  return (
    <fieldset className="min-w-0">
      <legend className={hideLabel ? 'sr-only' : 'mb-1 text-muted text-xs'}>{label}</legend>
      <div className="flex gap-0.5 rounded-md border border-line-strong p-0.5">
        {options.map((option) => (
          <label
            key={option.value}
            className={`relative flex h-8 flex-1 cursor-pointer items-center justify-center rounded px-2 font-medium has-focus-visible:outline-2 has-focus-visible:outline-accent has-focus-visible:outline-offset-2 ${
              option.value === value
                ? (option.selectedClass ?? 'bg-accent-soft text-accent')
                : 'text-muted hover:text-ink'
            }`}
          >
            <input
              type="radio"
              name={name}
              value={option.value}
              checked={option.value === value}
              aria-label={option.name}
              aria-keyshortcuts={single ? option.shortcut : undefined}
              onChange={() => onChange(option.value)}
              className="absolute inset-0 cursor-pointer appearance-none opacity-0"
            />
            {option.label}
            {option.shortcut ? <Key name={option.shortcut} /> : null}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
