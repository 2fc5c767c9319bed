import { UNKNOWN } from '../lib/format.ts';

/** What is shown decides: a change that rounds to zero has no direction. */
const isZero = (shown: string): boolean => !/[1-9]/.test(shown);

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
  const direction = isZero(children) ? 0 : Math.sign(value);
  const tone = direction > 0 ? 'text-up' : direction < 0 ? 'text-down' : 'text-muted';
  const arrow = direction > 0 ? '▲' : direction < 0 ? '▼' : '';
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
