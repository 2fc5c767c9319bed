import { useStore } from 'zustand';
import { Choice } from '../../components/choice.tsx';
import { useKeys } from '../../hooks/use-keys.ts';
import { type BarSize, TIMEFRAMES, timeframeOf } from '../../lib/timeframes.ts';
import { type ChartChoicesStore, LAYERS, type Layer } from '../../stores/chart-choices.ts';
import { LAYER_NAMES, LINE_LOOKS, unfit } from './picture.ts';

const OPTIONS = TIMEFRAMES.map(({ id, label, name, key }) => ({ value: id, label, name, shortcut: key }));

interface LayerButtonProps {
  readonly layer: Layer;
  readonly on: boolean;
  readonly size: BarSize;
  readonly onToggle: () => void;
}

function LayerButton({ layer, on, size, onToggle }: LayerButtonProps) {
  const why = unfit(layer, size);
  const look = LINE_LOOKS[layer];
  return (
    <button
      type="button"
      aria-pressed={on}
      aria-disabled={why !== null}
      title={why ?? undefined}
      onClick={() => why === null && onToggle()}
      className={`flex h-8 items-center gap-1.5 rounded-md border px-2 off:border-line off:text-muted off:opacity-60 ${
        on ? 'border-accent bg-accent-soft text-ink' : 'border-line-strong text-muted hover:text-ink'
      }`}
    >
      {look ? (
        <svg aria-hidden="true" viewBox="0 0 16 2" className={`h-0.5 w-4 ${look.className}`}>
          <path d="M0 1h16" stroke="currentColor" strokeWidth="2" strokeDasharray={look.dashes} />
        </svg>
      ) : null}
      {LAYER_NAMES[layer]}
    </button>
  );
}

export interface ChartToolbarProps {
  readonly choices: ChartChoicesStore;
  /** Keys choose on the chart in sight alone. */
  readonly inSight: () => boolean;
}

/** Timeframes with their keys, and what is drawn, each on or off. */
export function ChartToolbar({ choices, inSight }: ChartToolbarProps) {
  const { timeframe, layers } = useStore(choices);
  const { size } = timeframeOf(timeframe);
  useKeys((key) => {
    const chosen = TIMEFRAMES.find((one) => one.key === key);
    if (!chosen || !inSight()) return false;
    choices.choose(chosen.id);
    return true;
  });
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
      <div className="w-full max-w-96">
        <Choice hideLabel label="Timeframe" value={timeframe} options={OPTIONS} onChange={choices.choose} />
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset's legend cannot stand beside its buttons */}
      <div role="group" aria-label="Shown on the chart" className="flex flex-wrap gap-1.5">
        {LAYERS.map((layer) => (
          <LayerButton
            key={layer}
            layer={layer}
            size={size}
            on={layers.includes(layer)}
            onToggle={() => choices.toggle(layer)}
          />
        ))}
      </div>
    </div>
  );
}
