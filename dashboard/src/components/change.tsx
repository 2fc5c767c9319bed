import { directionOf, UNKNOWN } from '../lib/format.ts';

const LOOKS = {
  up: { tone: 'text-up', arrow: '▲' },
  down: { tone: 'text-down', arrow: '▼' },
  none: { tone: 'text-muted', arrow: null },
};

/** A signed value; its direction, which the text itself decides, is in a shape and a sign as well as in a colour. */
export function Change({ children, className = '' }: { children: string; className?: string }) {
  if (!/\d/.test(children)) return <span className={`text-muted ${className}`}>{UNKNOWN}</span>;
  const { tone, arrow } = LOOKS[directionOf(children)];
  return (
    <span className={`whitespace-nowrap ${tone} ${className}`}>
      {arrow === null ? null : (
        <span aria-hidden="true" className="mr-1 text-[0.65em]">
          {arrow}
        </span>
      )}
      {children}
    </span>
  );
}
