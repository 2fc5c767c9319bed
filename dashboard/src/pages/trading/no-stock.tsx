import { useLayoutEffect, useRef } from 'react';
import { pathTo } from '../../../../src/protocol/pages.ts';
import { Message } from '../../components/message.tsx';
import { go } from '../../hooks/use-page.ts';

const focusHeading = () => document.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true });

/**
 * Hands the focus to the page's heading when the element takes the place of the desk, and again when it goes: what had
 * the focus is gone then, and on <body> a keyboard would start all over.
 */
function useFocusHandover() {
  const element = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const own = element.current;
    if (document.activeElement !== document.body) focusHeading();
    return () => {
      if (own?.contains(document.activeElement)) focusHeading();
    };
  }, []);
  return element;
}

/** Why an address has no chart, and the way on. */
export function NoStock({ text }: { readonly text: string }) {
  return (
    <div ref={useFocusHandover()}>
      <Message
        tone="problem"
        title={`This market has no symbol “${text}”`}
        action={{ label: 'Go to the trading desk', run: () => go(pathTo.trading) }}
      >
        Check its spelling, or search for the company on the trading desk.
      </Message>
    </div>
  );
}
