import type { ReactNode } from 'react';
import { PartBoundary } from './part-boundary.tsx';

export interface PanelProps {
  readonly id: string;
  readonly title: string;
  /** Sits at the right end of the heading. */
  readonly aside?: ReactNode;
  readonly className?: string;
  readonly children: ReactNode;
}

/** A titled region of the page. */
export function Panel({ id, title, aside, className = '', children }: PanelProps) {
  return (
    <section
      id={id}
      aria-labelledby={`${id}-title`}
      className={`@container flex min-w-0 flex-col rounded-lg border border-line bg-surface ${className}`}
    >
      <div className="flex min-h-11 flex-wrap items-center gap-x-3 gap-y-1 border-line border-b px-3 py-1.5 sm:px-4">
        <h2 id={`${id}-title`} className="font-semibold text-sm">
          {title}
        </h2>
        {aside ? <div className="ml-auto flex items-center gap-2">{aside}</div> : null}
      </div>
      <PartBoundary part="panel">{children}</PartBoundary>
    </section>
  );
}
