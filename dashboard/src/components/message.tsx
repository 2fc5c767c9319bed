import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { WarningIcon } from './icons.tsx';

export interface MessageProps {
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: { readonly label: string; readonly run: () => void };
  readonly tone?: 'calm' | 'problem';
}

/** What a panel says in place of its content. */
export function Message({ title, children, action, tone = 'calm' }: MessageProps) {
  return (
    <div className="flex flex-1 flex-col items-center justify-center gap-1.5 px-6 py-8 text-center">
      {tone === 'problem' ? <WarningIcon className="size-5 text-warn" /> : null}
      <p className="font-medium">{title}</p>
      {children ? <p className="max-w-sm text-muted">{children}</p> : null}
      {action ? (
        <Button className="mt-2" onClick={action.run}>
          {action.label}
        </Button>
      ) : null}
    </div>
  );
}
