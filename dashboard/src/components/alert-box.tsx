import { WarningIcon } from './icons.tsx';

/** A refusal above the button that was refused; announced when it appears. */
export function AlertBox({ message }: { message: string | null }) {
  return (
    <div role="alert" className="contents">
      {message === null ? null : (
        <p className="flex gap-2 rounded-md border border-down bg-down-soft px-3 py-2">
          <WarningIcon className="mt-0.5 size-4 text-down" />
          <span>{message}</span>
        </p>
      )}
    </div>
  );
}
