import { useId } from 'react';

/** `$1,000,000.0000` and a blank or two. */
const MAX_TYPED = 18;

export interface NumberFieldProps {
  readonly label: string;
  /** As typed. */
  readonly value: string;
  readonly onChange: (typed: string) => void;
  readonly inputMode: 'numeric' | 'decimal';
  readonly readOnly: boolean;
  /** The id of the sentence that says what is wrong with it; undefined while nothing is. */
  readonly problemId?: string | undefined;
}

export function NumberField({ label, onChange, problemId, ...input }: NumberFieldProps) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="mb-1 block text-muted text-xs">
        {label}
      </label>
      <input
        id={id}
        autoComplete="off"
        maxLength={MAX_TYPED}
        onChange={(event) => onChange(event.target.value)}
        aria-invalid={problemId !== undefined}
        aria-describedby={problemId}
        className="field text-right font-medium"
        {...input}
      />
    </div>
  );
}
