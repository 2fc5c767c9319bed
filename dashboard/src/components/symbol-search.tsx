import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { symbolForms } from '../../../src/protocol/symbol.ts';
import { useSymbolSearch } from '../hooks/use-symbol-search.ts';
import { SearchIcon } from './icons.tsx';

export interface SymbolSearchProps {
  readonly label: string;
  readonly placeholder: string;
  readonly onSelect: (symbol: string) => void;
  /** Shown while nobody types: the present choice. */
  readonly value?: string;
  /** Symbols that can't be chosen, and why. */
  readonly taken?: { readonly symbols: readonly string[]; readonly note: string };
  /**
   * Given where the field says what will be traded: what was typed stays, is chosen on leaving where it is a
   * symbol, and is told here for as long as it stands there without being the choice; null when it is settled.
   */
  readonly onUnsettled?: (text: string | null) => void;
  readonly disabled?: boolean;
  readonly readOnly?: boolean;
  readonly showLabel?: boolean;
}

/** A combobox over the symbols that the server knows. */
export function SymbolSearch({
  label,
  placeholder,
  onSelect,
  value = '',
  taken,
  onUnsettled,
  disabled,
  readOnly,
  showLabel,
}: SymbolSearchProps) {
  const id = useId();
  const [text, setText] = useState('');
  const [open, setOpen] = useState(false);
  /** Where the arrow keys went; null before they are used. */
  const [moved, setMoved] = useState<number | null>(null);
  /** Enter was pressed, or the field left, before the search had answered. */
  const [awaited, setAwaited] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const query = text.trim();
  const { status, found } = useSymbolSearch(query);
  const isTaken = (symbol: string) => taken?.symbols.includes(symbol) ?? false;
  const forms = symbolForms(query);
  const meant = forms.find((form) => found.some(({ symbol }) => symbol === form));
  const exact = found.findIndex(({ symbol }) => symbol === meant);
  const active = moved ?? Math.max(0, exact);
  const expanded = open && query !== '' && status !== 'idle';
  const activeOption = expanded && (status === 'done' || moved !== null) ? found[active] : undefined;

  function type(typed: string) {
    setText(typed);
    setMoved(null);
    setAwaited(false);
    onUnsettled?.(typed.trim() === '' ? null : typed.trim());
  }

  function choose(symbol: string) {
    setAwaited(false);
    if (isTaken(symbol)) return;
    onSelect(symbol);
    type('');
    setOpen(false);
  }

  // Chosen elsewhere meanwhile: what was typed before is out of date, unless somebody types right now.
  useEffect(() => {
    if (value !== '' && document.activeElement !== input.current) {
      setText('');
      onUnsettled?.(null);
    }
  }, [value, onUnsettled]);

  useEffect(() => {
    if (!awaited || status === 'searching') return;
    const match = found[exact];
    if (status === 'done' && match) choose(match.symbol);
    else setAwaited(false);
  });

  function onBlur() {
    setOpen(false);
    if (onUnsettled && query !== '') setAwaited(true);
    else if (!awaited) type('');
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === 'Escape') {
      setOpen(false);
      type('');
    } else if (event.key === 'Enter') {
      event.preventDefault();
      if (activeOption) choose(activeOption.symbol);
      else if (query !== '' && status === 'searching') setAwaited(true);
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      const step = event.key === 'ArrowDown' ? 1 : -1;
      if (found.length > 0) setMoved((active + step + found.length) % found.length);
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
          readOnly={readOnly}
          placeholder={value || placeholder}
          value={open ? text : text || value}
          onFocus={() => setOpen(true)}
          onBlur={onBlur}
          onChange={(event) => {
            setOpen(true);
            type(event.target.value);
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
        {found.map((instrument) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/useFocusableInteractive: the input has the focus and the keys, as a combobox must
          <div
            key={instrument.symbol}
            id={`${id}-${instrument.symbol}`}
            role="option"
            aria-selected={instrument === activeOption}
            aria-disabled={isTaken(instrument.symbol)}
            // Keeps the focus, and so the list, where it is until the click lands.
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => choose(instrument.symbol)}
            className={`flex min-h-9 items-center gap-3 rounded px-2 ${instrument === activeOption ? 'bg-accent-soft' : 'hover:bg-raised'} ${isTaken(instrument.symbol) ? 'text-muted' : ''}`}
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
