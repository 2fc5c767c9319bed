import { useState } from 'react';

/** What fits into the clamped lines of a narrow screen; a longer text would fill it. */
const SHORT_CHARACTERS = 240;
const SHORT_LINES = 4;

const isShort = (text: string): boolean =>
  text.length <= SHORT_CHARACTERS && text.split('\n').length <= SHORT_LINES;

/** What the source wrote; of a long text the beginning, and the rest for who asks for it. */
export function SignalText({ text }: { text: string }) {
  const [whole, setWhole] = useState(false);
  const clamped = !isShort(text) && !whole;
  return (
    <>
      <span
        className={`mt-0.5 max-w-prose whitespace-pre-line break-words text-xs ${clamped ? 'line-clamp-4' : 'block'}`}
      >
        {text}
      </span>
      {isShort(text) ? null : (
        <button
          type="button"
          className="min-h-6 text-accent text-xs underline underline-offset-2"
          aria-expanded={whole}
          onClick={() => setWhole(!whole)}
        >
          {whole ? 'Less' : 'More'}
        </button>
      )}
    </>
  );
}
