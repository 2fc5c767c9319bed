import { useState } from 'react';
import { toast } from 'sonner';
import { SearchIcon } from '../../components/icons.tsx';
import { Key } from '../../components/key.tsx';
import { useKeys } from '../../hooks/use-keys.ts';
import type { PageLink, PaletteItem } from './items.ts';
import type { PaletteProps } from './palette.tsx';

export interface PaletteButtonProps {
  readonly pages: readonly PageLink[];
  readonly onChoose: (item: PaletteItem) => void;
}

/** Opens the palette, which `/` and Ctrl K do from anywhere; its code comes with its first use. */
export function PaletteButton({ pages, onChoose }: PaletteButtonProps) {
  const [loaded, setLoaded] = useState<{ Palette: (props: PaletteProps) => React.ReactNode } | null>(null);
  const [open, setOpen] = useState(false);

  function show() {
    setOpen(true);
    if (loaded) return;
    import('./palette.tsx').then(
      ({ Palette }) => setLoaded({ Palette }),
      () => {
        setOpen(false);
        toast.error('The search did not load', { description: 'Check your connection and try again.' });
      },
    );
  }
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
        aria-keyshortcuts="/ Control+K"
        onClick={show}
        className="flex h-9 items-center gap-1.5 rounded-md border border-line-strong px-2.5 text-muted hover:bg-raised hover:text-ink"
      >
        <SearchIcon />
        <span className="max-sm:sr-only">Search</span>
        <Key name="/" />
      </button>
      {open && loaded ? (
        <loaded.Palette pages={pages} onClose={() => setOpen(false)} onChoose={onChoose} />
      ) : null}
    </>
  );
}
