import type { ReactNode } from 'react';

const TONES = {
  neutral: 'border-line-strong text-muted',
  accent: 'border-accent bg-accent-soft text-accent',
  warn: 'border-warn bg-warn-soft text-warn',
  up: 'border-up bg-up-soft text-up',
  down: 'border-down bg-down-soft text-down',
} as const;

export type Tone = keyof typeof TONES;

export function Badge({
  tone = 'neutral',
  title,
  children,
}: {
  tone?: Tone;
  title?: string;
  children: ReactNode;
}) {
  return (
    <span
      title={title}
      className={`badge inline-flex items-center gap-1.5 whitespace-nowrap rounded-full border px-2 py-0.5 font-medium text-xs ${TONES[tone]}`}
    >
      {children}
    </span>
  );
}
