import { useSingleKeys } from '../hooks/single-keys.ts';

/** A key to press, beside what it does, unless single keys are off. Screen readers have it from the control. */
export function Key({ name }: { name: string }) {
  const on = useSingleKeys();
  return on ? (
    <span
      aria-hidden="true"
      className="ml-1.5 rounded border border-line-strong px-1 font-normal text-[0.6875rem] text-muted leading-4 max-sm:hidden"
    >
      {name}
    </span>
  ) : null;
}
