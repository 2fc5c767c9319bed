import type { ComponentProps } from 'react';

export interface FieldProps extends ComponentProps<'input'> {
  readonly id: string;
  readonly label: string;
  readonly hint?: string;
}

/** One line of a form, named by its id. */
export function Field({ id, label, hint, required = true, ...input }: FieldProps) {
  return (
    <div>
      <label htmlFor={id} className="mb-1 block font-medium">
        {label}
      </label>
      <input
        id={id}
        name={id}
        required={required}
        aria-describedby={hint ? `${id}-hint` : undefined}
        className="field"
        {...input}
      />
      {hint ? (
        <p id={`${id}-hint`} className="mt-1 text-muted text-xs">
          {hint}
        </p>
      ) : null}
    </div>
  );
}
