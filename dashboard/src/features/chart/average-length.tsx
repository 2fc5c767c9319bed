import { useId, useState } from 'react';
import { type Average, isLength, LONGEST_AVERAGE, SHORTEST_AVERAGE } from '../../stores/chart-choices.ts';

const NAMES: Readonly<Record<Average, string>> = {
  simple: 'Bars of the simple moving average',
  exponential: 'Bars of the exponential moving average',
};

const RANGE = `${SHORTEST_AVERAGE} to ${LONGEST_AVERAGE} bars`;

export interface AverageLengthProps {
  readonly average: Average;
  readonly length: number;
  readonly onChange: (length: number) => void;
}

/** Over how many bars an average goes. What is typed counts as soon as it is a length, and is left where it is none. */
export function AverageLength({ average, length, onChange }: AverageLengthProps) {
  /** As typed; null while the field is left alone. */
  const [typed, setTyped] = useState<string | null>(null);
  const wrong = typed !== null && !isLength(Number(typed));
  const reason = useId();
  return (
    <>
      <input
        aria-label={NAMES[average]}
        title={RANGE}
        aria-invalid={wrong}
        aria-describedby={wrong ? reason : undefined}
        inputMode="numeric"
        autoComplete="off"
        value={typed ?? String(length)}
        onChange={({ target }) => {
          setTyped(target.value);
          onChange(Number(target.value));
        }}
        onBlur={() => setTyped(null)}
        className={`h-full w-11 rounded-r-md border-l bg-surface px-1.5 text-center text-ink ${
          wrong ? 'border-down text-down' : 'border-line-strong'
        }`}
      />
      {wrong ? (
        <span id={reason} className="sr-only">
          An average goes over {RANGE}
        </span>
      ) : null}
    </>
  );
}
