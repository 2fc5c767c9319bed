import type { ComponentProps } from 'react';

const KINDS = {
  plain: 'border border-line-strong bg-surface text-ink hover:bg-raised',
  quiet: 'text-muted hover:bg-raised hover:text-ink',
  primary: 'bg-accent font-semibold text-on-accent hover:opacity-90',
  buy: 'bg-up font-semibold text-on-up hover:opacity-90',
  sell: 'bg-down font-semibold text-on-down hover:opacity-90',
} as const;

export interface ButtonProps extends ComponentProps<'button'> {
  readonly kind?: keyof typeof KINDS;
}

export function Button({ kind = 'plain', className = '', type = 'button', ...rest }: ButtonProps) {
  return (
    <button
      type={type}
      className={`inline-flex items-center justify-center gap-1.5 rounded-md px-3 py-1.5 transition-colors off:cursor-not-allowed off:border off:border-line off:bg-raised off:text-muted off:hover:opacity-100 ${KINDS[kind]} ${className}`}
      {...rest}
    />
  );
}
