import { UNKNOWN } from '../lib/format.ts';

/** The direction in a shape and a sign as well as in a colour. */
export function Change({
  value,
  children,
  className = '',
}: {
  /** Decides the direction; unknown has none. */
  value: number | null | undefined;
  children: string;
  className?: string;
}) {
  if (value === null || value === undefined || children === UNKNOWN) {
    return <span className={`text-muted ${className}`}>{UNKNOWN}</span>;
  }
  const tone = value > 0 ? 'text-up' : value < 0 ? 'text-down' : 'text-muted';
  const arrow = value > 0 ? '▲' : value < 0 ? '▼' : '';
  return (
    <span className={`whitespace-nowrap ${tone} ${className}`}>
      {arrow ? (
        <span aria-hidden="true" className="mr-1 text-[0.65em]">
          {arrow}
        </span>
      ) : null}
      {children}
    </span>
  );
}
