import { useStore } from 'zustand';
import { Choice } from '../../components/choice.tsx';
import { useKeys } from '../../hooks/use-keys.ts';
import { type BarSize, TIMEFRAMES, timeframeOf } from '../../lib/timeframes.ts';
import { AVERAGES, type ChartChoicesStore, LAYERS, type Layer } from '../../stores/chart-choices.ts';
import { AverageLength } from './average-length.tsx';
import { LAYER_NAMES, LINE_LOOKS, unfit } from './picture.ts';

const OPTIONS = TIMEFRAMES.map(({ id, label, name, key }) => ({ value: id, label, name, shortcut: key }));

interface LayerButtonProps {
  readonly layer: Layer;
  readonly on: boolean;
  readonly size: BarSize;
  readonly onToggle: () => void;
  readonly className: string;
}

function LayerButton({ layer, on, size, onToggle, className }: LayerButtonProps) {
  const why = unfit(layer, size);
  const look = LINE_LOOKS[layer];
  return (
    <button
      type="button"
      aria-pressed={on}
      aria-disabled={why !== null}
      title={why ?? undefined}
      onClick={() => why === null && onToggle()}
      className={`flex items-center gap-1.5 px-2 off:text-muted off:opacity-60 ${className} ${
        on ? 'bg-accent-soft text-ink' : 'text-muted hover:text-ink'
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

interface LayerControlProps {
  readonly layer: Layer;
  readonly size: BarSize;
  readonly choices: ChartChoicesStore;
}

/** A layer on or off; of an average its length as well. */
function LayerControl({ layer, size, choices }: LayerControlProps) {
  const { layers, lengths } = useStore(choices);
  const on = layers.includes(layer);
  const average = AVERAGES.find((one) => one === layer);
  return (
    <div className={`flex h-8 rounded-md border ${on ? 'border-accent' : 'border-line-strong'}`}>
      <LayerButton
        layer={layer}
        size={size}
        on={on}
        onToggle={() => choices.toggle(layer)}
        className={average ? 'rounded-l-md' : 'rounded-md'}
      />
      {average ? (
        <AverageLength
          average={average}
          length={lengths[average]}
          onChange={(length) => choices.setLength(average, length)}
        />
      ) : null}
    </div>
  );
}

export interface ChartToolbarProps {
  readonly choices: ChartChoicesStore;
  /** Keys choose on the chart in sight alone. */
  readonly inSight: () => boolean;
}

/** Timeframes with their keys, and what is drawn, each on or off. */
export function ChartToolbar({ choices, inSight }: ChartToolbarProps) {
  const timeframe = useStore(choices, (state) => state.timeframe);
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
          <LayerControl key={layer} layer={layer} size={size} choices={choices} />
        ))}
      </div>
    </div>
  );
}
