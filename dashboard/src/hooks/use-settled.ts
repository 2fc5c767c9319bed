import { useEffect, useState } from 'react';
import { useDesk } from './websocket-context.tsx';

/** The text as it was when it last stood still for `ms`; empty before it first did. */
export function useSettled(text: string, ms: number): string {
  const { timers } = useDesk();
  const [settled, setSettled] = useState('');
  useEffect(() => timers.after(ms, () => setSettled(text)), [timers, text, ms]);
  return settled;
}
