import { type KeyboardEvent, useEffect, useId, useLayoutEffect, useRef, useState } from 'react';
import { CloseIcon, SearchIcon } from '../../components/icons.tsx';
import { plural } from '../../lib/plural.ts';
import type { PageLink, PaletteGroup, PaletteItem } from './items.ts';
import { type PaletteResult, usePalette } from './use-palette.ts';

interface GroupProps {
  readonly group: PaletteGroup;
  readonly id: string;
  readonly active: PaletteItem | undefined;
  readonly onChoose: (item: PaletteItem) => void;
}

function Group({ group: { title, items }, id, active, onChoose }: GroupProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a group of options within a listbox is no fieldset
    <div role="group" aria-label={title}>
      <div aria-hidden="true" className="px-3 pt-2 pb-1 text-muted text-xs">
        {title}
      </div>
      {items.map((item) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/useFocusableInteractive: the input has the focus and the keys, as a combobox must
        <div
          key={item.id}
          id={`${id}-${item.id.replaceAll(' ', '-')}`}
          role="option"
          aria-selected={item === active}
          // Keeps the focus in the field until the click lands.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onChoose(item)}
          className={`mx-1 flex min-h-10 items-center gap-3 rounded px-2 ${item === active ? 'bg-accent-soft' : 'hover:bg-raised'}`}
        >
          <span className="min-w-14 font-semibold">{item.label}</span>
          <span className="min-w-0 flex-1 truncate text-muted">{item.detail}</span>
        </div>
      ))}
    </div>
  );
}

function statusText({ status, problem, groups }: PaletteResult): string {
  const count = groups.reduce((sum, { items }) => sum + items.length, 0);
  if (problem !== null) return problem;
  if (count > 0) return plural(count, 'result');
  return status === 'searching' ? 'Searching…' : 'Nothing has that name. Try a ticker or a company.';
}

/** The item that the keys move to, kept in sight. */
function useActive(items: readonly PaletteItem[], id: string) {
  const [moved, setMoved] = useState(0);
  const active = items[Math.min(moved, items.length - 1)];
  const elementId = active && `${id}-${active.id.replaceAll(' ', '-')}`;
  useEffect(() => {
    if (elementId) document.getElementById(elementId)?.scrollIntoView({ block: 'nearest' });
  }, [elementId]);
  return {
    active,
    elementId,
    reset: () => setMoved(0),
    move: (by: number) =>
      setMoved((at) => (Math.min(at, items.length - 1) + by + items.length) % Math.max(1, items.length)),
  };
}

interface PaletteProps {
  readonly pages: readonly PageLink[];
  readonly onClose: () => void;
  readonly onChoose: (item: PaletteItem) => void;
}

/** Finds symbols, contracts and pages by what is typed. */
export function Palette({ pages, onClose, onChoose }: PaletteProps) {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState('');
  const result = usePalette(text, pages);
  const items = result.groups.flatMap((group) => group.items);
  const { active, elementId, reset, move } = useActive(items, id);
  /** Enter was pressed before the search had answered. */
  const [awaited, setAwaited] = useState(false);
  // The browser's own dialog keeps the focus, and gives it back when it closes. The next key belongs to it already.
  useLayoutEffect(() => void dialog.current?.showModal(), []);

  function choose(item: PaletteItem) {
    dialog.current?.close();
    onChoose(item);
  }
  useEffect(() => {
    if (!awaited || result.status === 'searching') return;
    setAwaited(false);
    if (active) choose(active);
  });

  function onKeyDown(event: KeyboardEvent) {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by !== undefined) move(by);
    else if (event.key !== 'Enter') return;
    else if (result.status === 'searching' && text.trim() !== '') setAwaited(true);
    else if (active) choose(active);
    event.preventDefault();
  }

  return (
    <dialog
      ref={dialog}
      aria-label="Search"
      onClose={onClose}
      className="mx-auto mt-[max(1rem,10dvh)] mb-auto flex max-h-[80dvh] w-[calc(100%-1rem)] max-w-xl flex-col rounded-lg border border-line-strong bg-surface text-ink shadow-lg backdrop:bg-black/50"
    >
      <div className="flex items-center gap-2 border-line border-b p-2 pl-3">
        <SearchIcon className="size-4 text-muted" />
        <input
          role="combobox"
          aria-label="Symbol, company, contract or page"
          aria-expanded={items.length > 0}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={elementId}
          autoComplete="off"
          spellCheck={false}
          placeholder="Symbol, company, contract or page"
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setAwaited(false);
            reset();
          }}
          onKeyDown={onKeyDown}
          className="h-10 min-w-0 flex-1 bg-transparent text-base outline-none"
        />
        <button
          type="button"
          onClick={() => dialog.current?.close()}
          className="flex size-10 items-center justify-center rounded-md text-muted hover:bg-raised hover:text-ink"
        >
          <CloseIcon />
          <span className="sr-only">Close</span>
        </button>
      </div>
      <div id={`${id}-list`} role="listbox" aria-label="Results" className="min-h-0 overflow-auto pb-1">
        {result.groups.map((group) => (
          <Group key={group.title} group={group} id={id} active={active} onChoose={choose} />
        ))}
      </div>
      <p role="status" className="border-line border-t px-3 py-2 text-muted text-xs">
        {statusText(result)}
      </p>
    </dialog>
  );
}
