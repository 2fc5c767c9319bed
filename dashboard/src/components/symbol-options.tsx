import type { InstrumentPayload } from '../../../src/protocol/market.ts';
import { isContract } from '../../../src/protocol/symbol.ts';

export interface SymbolOptionsProps {
  readonly id: string;
  readonly label: string;
  readonly hidden: boolean;
  readonly found: readonly InstrumentPayload[];
  readonly active: InstrumentPayload | undefined;
  /** What is said of a symbol that can't be chosen; undefined of one that can. */
  noteOn(symbol: string): string | undefined;
  onChoose(symbol: string): void;
}

/** The list of a symbol search. */
export function SymbolOptions({ id, label, hidden, found, active, noteOn, onChoose }: SymbolOptionsProps) {
  return (
    <div
      id={`${id}-list`}
      role="listbox"
      aria-label={label}
      hidden={hidden}
      className="absolute inset-x-0 top-full z-20 mt-1 max-h-80 overflow-auto rounded-md border border-line-strong bg-surface p-1 shadow-lg"
    >
      {found.map((instrument) => {
        const { symbol, name } = instrument;
        const note = noteOn(symbol);
        return (
          // biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/useFocusableInteractive: the input has the focus and the keys, as a combobox must
          <div
            key={symbol}
            id={`${id}-${symbol}`}
            role="option"
            aria-selected={instrument === active}
            aria-disabled={note !== undefined}
            // Keeps the focus, and so the list, where it is until the click lands.
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => onChoose(symbol)}
            className={`flex min-h-9 items-center gap-3 rounded px-2 ${instrument === active ? 'bg-accent-soft' : 'hover:bg-raised'} ${note === undefined ? '' : 'text-muted'}`}
          >
            {isContract(symbol) ? (
              <span className="min-w-0 flex-1 truncate font-semibold">{name}</span>
            ) : (
              <>
                <span className="min-w-14 font-semibold">{symbol}</span>
                <span className="min-w-0 flex-1 truncate">{name}</span>
              </>
            )}
            {note === undefined ? null : <span className="text-xs">{note}</span>}
          </div>
        );
      })}
    </div>
  );
}
