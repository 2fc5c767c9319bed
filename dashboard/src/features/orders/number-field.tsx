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
}

export function NumberField({ label, onChange, ...input }: NumberFieldProps) {
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
        className="field text-right font-medium"
        {...input}
      />
    </div>
  );
}
