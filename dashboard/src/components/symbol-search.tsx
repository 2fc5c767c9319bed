import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import type { InstrumentPayload } from '../../../src/protocol/payloads.ts';
import { useDesk } from '../desk-context.tsx';
import { SearchIcon } from './icons.tsx';

/** A typist's pause; each letter would be a request. */
const DEBOUNCE_MS = 150;
const MAX_OPTIONS = 8;

type Result =
  | { readonly status: 'idle' | 'searching' | 'failed'; readonly found: readonly InstrumentPayload[] }
  | { readonly status: 'done'; readonly found: readonly InstrumentPayload[] };

const IDLE: Result = { status: 'idle', found: [] };

function useSearch(text: string): Result {
  const { api, timers } = useDesk();
  const [result, setResult] = useState<Result>(IDLE);
  useEffect(() => {
    const query = text.trim();
    if (query === '') {
      setResult(IDLE);
      return;
    }
    let current = true;
    setResult(({ found }) => ({ status: 'searching', found }));
    const cancel = timers.after(DEBOUNCE_MS, () => {
      api.symbols(query).then(
        (found) => current && setResult({ status: 'done', found: found.slice(0, MAX_OPTIONS) }),
        () => current && setResult({ status: 'failed', found: [] }),
      );
    });
    return () => {
      current = false;
      cancel();
    };
  }, [text, api, timers]);
  return result;
}

export interface SymbolSearchProps {
  readonly label: string;
  readonly placeholder: string;
  readonly onSelect: (symbol: string) => void;
  /** Shown while nobody types: the present choice. */
  readonly value?: string;
  /** Symbols that can't be chosen, and why. */
  readonly taken?: { readonly symbols: readonly string[]; readonly note: string };
  readonly disabled?: boolean;
  readonly showLabel?: boolean;
}

/** A combobox over the symbols that the server knows. */
export function SymbolSearch({
  label,
  placeholder,
  onSelect,
  value = '',
  taken,
  disabled,
  showLabel,
}: SymbolSearchProps) {
  const id = useId();
  const [text, setText] = useState('');
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const { status, found } = useSearch(open ? text : '');
  const isTaken = (symbol: string) => taken?.symbols.includes(symbol) ?? false;
  const expanded = open && text.trim() !== '' && status !== 'idle';
  const activeOption = expanded ? found[active] : undefined;

  function choose(symbol: string) {
    if (isTaken(symbol)) return;
    onSelect(symbol);
    setText('');
    setOpen(false);
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === 'Escape') {
      setOpen(false);
      setText('');
    } else if (event.key === 'Enter') {
      event.preventDefault();
      if (activeOption) choose(activeOption.symbol);
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      const step = event.key === 'ArrowDown' ? 1 : -1;
      if (found.length > 0) setActive((active + step + found.length) % found.length);
    }
  }

  return (
    <div className="relative">
      <label htmlFor={id} className={showLabel ? 'mb-1 block text-muted text-xs' : 'sr-only'}>
        {label}
      </label>
      <div className="relative">
        <SearchIcon className="pointer-events-none absolute top-1/2 left-2.5 size-4 -translate-y-1/2 text-muted" />
        <input
          ref={input}
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
          placeholder={placeholder}
          value={open ? text : value}
          onFocus={() => setOpen(true)}
          onBlur={() => {
            setOpen(false);
            setText('');
          }}
          onChange={(event) => {
            setOpen(true);
            setText(event.target.value);
            setActive(0);
          }}
          onKeyDown={onKeyDown}
          className="field pl-8 font-medium placeholder:font-normal"
        />
      </div>
      <div
        id={`${id}-list`}
        role="listbox"
        aria-label={label}
        hidden={!expanded || found.length === 0}
        className="absolute inset-x-0 top-full z-20 mt-1 max-h-80 overflow-auto rounded-md border border-line-strong bg-surface p-1 shadow-lg"
      >
        {found.map((instrument, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/useFocusableInteractive: the input has the focus and the keys, as a combobox must
          <div
            key={instrument.symbol}
            id={`${id}-${instrument.symbol}`}
            role="option"
            aria-selected={index === active}
            aria-disabled={isTaken(instrument.symbol)}
            // Keeps the focus, and so the list, where it is until the click lands.
            onMouseDown={(event) => event.preventDefault()}
            onMouseEnter={() => setActive(index)}
            onClick={() => choose(instrument.symbol)}
            className={`flex min-h-9 items-center gap-3 rounded px-2 ${index === active ? 'bg-accent-soft' : ''} ${isTaken(instrument.symbol) ? 'text-muted' : ''}`}
          >
            <span className="w-14 font-semibold">{instrument.symbol}</span>
            <span className="min-w-0 flex-1 truncate">{instrument.name}</span>
            {isTaken(instrument.symbol) ? <span className="text-xs">{taken?.note}</span> : null}
          </div>
        ))}
      </div>
      <p
        role="status"
        className={
          expanded && found.length === 0
            ? 'absolute inset-x-0 top-full z-20 mt-1 rounded-md border border-line-strong bg-surface px-3 py-2 text-muted shadow-lg'
            : 'sr-only'
        }
      >
        {expanded && found.length === 0
          ? status === 'searching'
            ? 'Searching…'
            : status === 'failed'
              ? 'The search does not answer. Type again to retry.'
              : `No known symbol matches “${text.trim()}”.`
          : ''}
      </p>
    </div>
  );
}
