const WIDTHS = ['w-24', 'w-16', 'w-20', 'w-28', 'w-14'] as const;

/** Rows of the size of those to come, so that nothing moves when they do. */
export function SkeletonRows({ rows, label }: { rows: number; label: string }) {
  return (
    <div role="status" className="flex flex-col px-4">
      <span className="sr-only">{label}</span>
      {Array.from({ length: rows }, (_, row) => row).map((row) => (
        <div
          key={row}
          className="flex h-11 items-center justify-between border-line border-b last:border-b-0"
        >
          <div className={`skeleton h-3.5 ${WIDTHS[row % WIDTHS.length]}`} />
          <div className="skeleton h-3.5 w-16" />
        </div>
      ))}
    </div>
  );
}
