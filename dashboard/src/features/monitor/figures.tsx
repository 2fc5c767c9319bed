import type { ReactNode } from 'react';

export interface FigureProps {
  readonly label: string;
  readonly value: string;
  /** Smaller, below. */
  readonly note?: ReactNode;
  readonly bad?: boolean;
}

/** One number of a list of them, as a term and what it is. */
export function Figure({ label, value, note, bad = false }: FigureProps) {
  return (
    <div className="min-w-0">
      <dt className="text-muted text-xs">{label}</dt>
      <dd className="min-w-0">
        <span className={`block truncate font-semibold text-lg leading-7 ${bad ? 'text-down' : ''}`}>
          {value}
        </span>
        {note ? <span className="block text-muted text-xs">{note}</span> : null}
      </dd>
    </div>
  );
}
