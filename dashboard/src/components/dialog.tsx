import { type ReactNode, useEffect, useId, useRef } from 'react';

export interface DialogProps {
  readonly title: string;
  /** A sentence below the title, read out with it. */
  readonly note?: string;
  readonly onClose: () => void;
  readonly children: (close: () => void) => ReactNode;
}

/** A modal dialog: the browser's own, which keeps the focus and needs no style element to lock the page. */
export function Dialog({ title, note, onClose, children }: DialogProps) {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={`${id}-title`}
      aria-describedby={note ? `${id}-note` : undefined}
      onClose={onClose}
      className="m-auto w-full max-w-sm rounded-lg border border-line-strong bg-surface p-5 text-ink backdrop:bg-black/50"
    >
      <h2 id={`${id}-title`} className="mb-2 font-semibold text-base">
        {title}
      </h2>
      {note ? (
        <p id={`${id}-note`} className="mb-4 text-muted">
          {note}
        </p>
      ) : null}
      {children(() => dialog.current?.close())}
    </dialog>
  );
}
