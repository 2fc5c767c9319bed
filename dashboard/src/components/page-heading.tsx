import { useEffect, useRef } from 'react';

export interface PageHeadingProps {
  readonly title: string;
  /** Takes the focus when it becomes true: the reader has come from another page. */
  readonly arrived: boolean;
  /** For screen readers alone. */
  readonly hidden?: boolean;
}

/** The heading of a page, from which a keyboard or a screen reader goes on after a navigation. */
export function PageHeading({ title, arrived, hidden = false }: PageHeadingProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // Where the page is scrolled to is not the heading's business.
    if (arrived) heading.current?.focus({ preventScroll: true });
  }, [arrived]);
  return (
    <h1 ref={heading} tabIndex={-1} className={hidden ? 'sr-only' : 'font-semibold text-lg outline-none'}>
      {title}
    </h1>
  );
}
