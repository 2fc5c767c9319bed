import { useState } from 'react';
import { SearchIcon } from '../../components/icons.tsx';
import { Key } from '../../components/key.tsx';
import { useSingleKeys } from '../../hooks/single-keys.ts';
import { useKeys } from '../../hooks/use-keys.ts';
import type { PageLink, PaletteItem } from './items.ts';
import { Palette } from './palette.tsx';

export interface PaletteButtonProps {
  readonly pages: readonly PageLink[];
  readonly onChoose: (item: PaletteItem) => void;
}

/**
 * Opens the palette, which `/` and Ctrl K do from anywhere. Its code comes with the page: what is typed right after
 * the key would be lost while it loads.
 */
export function PaletteButton({ pages, onChoose }: PaletteButtonProps) {
  const [open, setOpen] = useState(false);
  const single = useSingleKeys();
  const show = () => setOpen(true);
  useKeys((key) => {
    if (key !== '/' && key !== 'Ctrl k') return false;
    show();
    return true;
  });

  return (
    <>
      <button
        type="button"
        aria-haspopup="dialog"
        aria-keyshortcuts={single ? '/ Control+K' : 'Control+K'}
        onClick={show}
        className="flex h-9 items-center gap-1.5 rounded-md border border-line-strong px-2.5 text-muted hover:bg-raised hover:text-ink"
      >
        <SearchIcon />
        <span className="max-sm:sr-only">Search</span>
        <Key name="/" />
      </button>
      {open ? <Palette pages={pages} onClose={() => setOpen(false)} onChoose={onChoose} /> : null}
    </>
  );
}
