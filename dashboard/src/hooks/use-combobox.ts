import { type KeyboardEvent, type RefObject, useEffect, useRef, useState } from 'react';
import { listedContracts } from '../lib/contract-search.ts';
import { instrumentWords } from '../lib/instrument-words.ts';
import { meantBy } from '../lib/symbols.ts';
import { useSearch } from './use-search.ts';

/** Rows of the list. */
const MAX_OPTIONS = 8;

export interface ComboboxOptions {
  /** The present choice. */
  readonly value: string;
  isTaken(symbol: string): boolean;
  onSelect(symbol: string): void;
  /** See SymbolSearchProps. */
  onUnsettled?(text: string | null): void;
}

/** Runs what a key is for. Of those, only Escape keeps its meaning to the browser. */
const onKeys = (actions: Readonly<Record<string, () => void>>) => (event: KeyboardEvent) => {
  const action = actions[event.key];
  if (!action) return;
  if (event.key !== 'Escape') event.preventDefault();
  action();
};

/** Contracts and symbols that the query may mean, as one list. */
function useFound(query: string) {
  const { status, problem, symbols, contracts } = useSearch(query, listedContracts);
  const named = contracts.map((symbol) => ({ symbol, name: instrumentWords(symbol) }));
  return { status, problem, found: [...named, ...symbols].slice(0, MAX_OPTIONS) };
}

/** Calls `forget` when another value was chosen: what was typed is out of date, unless the reader types right now. */
function useChosenElsewhere(value: string, input: RefObject<HTMLInputElement | null>, forget: () => void) {
  const latest = useRef(forget);
  latest.current = forget;
  useEffect(() => {
    if (value !== '' && document.activeElement !== input.current) latest.current();
  }, [value, input]);
}

/** A combobox over the symbols that the server finds: its text, its list and its keys. */
export function useCombobox({ value, isTaken, onSelect, onUnsettled }: ComboboxOptions) {
  const [text, setText] = useState('');
  const [open, setOpen] = useState(false);
  /** Where the arrow keys went; null before they are used. */
  const [moved, setMoved] = useState<number | null>(null);
  /** Enter was pressed, or the field left, before the search had answered. */
  const [awaited, setAwaited] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const query = text.trim();
  const { status, problem, found } = useFound(query);
  const meant = meantBy(query, found);
  // What merely matches is not chosen by Enter: `BRKB` is no fund with BRKB in its name. -1 while there is none.
  const active = moved ?? (meant ? found.indexOf(meant) : -1);
  const expanded = open && query !== '';
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

  useChosenElsewhere(value, input, () => {
    setText('');
    onUnsettled?.(null);
  });

  useEffect(() => {
    if (!awaited || status === 'searching') return;
    if (status === 'done' && meant) choose(meant.symbol);
    else setAwaited(false);
  });

  const onKeyDown = onKeys({
    Escape() {
      setOpen(false);
      type('');
    },
    Enter() {
      if (activeOption) choose(activeOption.symbol);
      else if (query !== '' && status === 'searching') setAwaited(true);
    },
    ArrowDown: () => found.length > 0 && setMoved((active + 1) % found.length),
    ArrowUp: () => found.length > 0 && setMoved((Math.max(active, 0) - 1 + found.length) % found.length),
  });

  return {
    query,
    status,
    problem,
    found,
    expanded,
    activeOption,
    choose,
    field: {
      ref: input,
      value: open ? text : text || value,
      onFocus: () => setOpen(true),
      onBlur() {
        setOpen(false);
        if (onUnsettled && query !== '') setAwaited(true);
        else if (!awaited) type('');
      },
      onChange(event: { target: { value: string } }) {
        setOpen(true);
        type(event.target.value);
      },
      onKeyDown,
    },
  };
}
