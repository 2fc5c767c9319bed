import { useId } from 'react';
import { useCombobox } from '../hooks/use-combobox.ts';
import type { SearchResult } from '../hooks/use-search.ts';
import { SearchIcon } from './icons.tsx';
import { SymbolOptions } from './symbol-options.tsx';

export interface SymbolSearchProps {
  readonly label: string;
  readonly placeholder: string;
  readonly onSelect: (symbol: string) => void;
  /** Shown while nothing is typed: the present choice. */
  readonly value?: string;
  /** Symbols that can't be chosen, and why. */
  readonly taken?: { readonly symbols: readonly string[]; readonly note: string };
  /**
   * Given where the field decides what will be traded: a text that was left is chosen where it is a symbol, and is
   * reported here for as long as it stands there without being the choice; null when it is settled.
   */
  readonly onUnsettled?: (text: string | null) => void;
  readonly disabled?: boolean;
  readonly readOnly?: boolean;
  readonly showLabel?: boolean;
}

function emptyText({ status, problem }: Pick<SearchResult, 'status' | 'problem'>, query: string): string {
  if (status === 'searching') return 'Searching…';
  return problem ?? `No known symbol or contract matches “${query}”.`;
}

/** A combobox over the symbols that the server knows. */
export function SymbolSearch(props: SymbolSearchProps) {
  const {
    label,
    placeholder,
    onSelect,
    value = '',
    taken,
    onUnsettled,
    disabled,
    readOnly,
    showLabel,
  } = props;
  const id = useId();
  const noteOn = (symbol: string) => (taken?.symbols.includes(symbol) ? taken.note : undefined);
  const { query, status, problem, found, expanded, activeOption, choose, field } = useCombobox({
    value,
    onSelect,
    onUnsettled,
    isTaken: (symbol) => noteOn(symbol) !== undefined,
  });
  const empty = expanded && found.length === 0;

  return (
    <div className="relative">
      <label htmlFor={id} className={showLabel ? 'mb-1 block text-muted text-xs' : 'sr-only'}>
        {label}
      </label>
      <div className="relative">
        <SearchIcon className="pointer-events-none absolute top-1/2 left-2.5 size-4 -translate-y-1/2 text-muted" />
        <input
          {...field}
          id={id}
          role="combobox"
          aria-expanded={expanded}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={activeOption ? `${id}-${activeOption.symbol}` : undefined}
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          disabled={disabled}
          readOnly={readOnly}
          placeholder={value || placeholder}
          className="field pl-8 font-medium placeholder:font-normal"
        />
      </div>
      <SymbolOptions
        id={id}
        label={label}
        hidden={!expanded || found.length === 0}
        found={found}
        active={activeOption}
        noteOn={noteOn}
        onChoose={choose}
      />
      <p
        role="status"
        className={
          empty
            ? 'absolute inset-x-0 top-full z-20 mt-1 rounded-md border border-line-strong bg-surface px-3 py-2 text-muted shadow-lg'
            : 'sr-only'
        }
      >
        {empty ? emptyText({ status, problem }, query) : ''}
      </p>
    </div>
  );
}
