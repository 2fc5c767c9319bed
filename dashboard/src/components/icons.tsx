import type { ReactNode } from 'react';

/** Decorative: the words beside them carry the meaning. */
const icon = (path: ReactNode) =>
  function Icon({ className = 'size-4' }: { className?: string }) {
    return (
      <svg
        aria-hidden="true"
        viewBox="0 0 16 16"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinecap="round"
        strokeLinejoin="round"
        className={`shrink-0 ${className}`}
      >
        {path}
      </svg>
    );
  };

export const CloseIcon = icon(<path d="m4 4 8 8m0-8-8 8" />);
export const CheckIcon = icon(<path d="m3 8.5 3.2 3L13 4.5" />);
export const ChevronIcon = icon(<path d="m4 6 4 4 4-4" />);
export const SearchIcon = icon(<path d="m13.5 13.5-3.2-3.2M11.5 7a4.5 4.5 0 1 1-9 0 4.5 4.5 0 0 1 9 0Z" />);
export const WarningIcon = icon(<path d="M8 2 1.8 13.2h12.4L8 2Zm0 4.6v3m0 1.9v.1" />);
export const UserIcon = icon(
  <path d="M10.8 5a2.8 2.8 0 1 1-5.6 0 2.8 2.8 0 0 1 5.6 0ZM2.8 13.8c.6-2.6 2.6-3.9 5.2-3.9s4.6 1.3 5.2 3.9" />,
);
export const PieIcon = icon(<path d="M8 2v6h6M8 2a6 6 0 1 0 6 6A6 6 0 0 0 8 2Z" />);
export const ListIcon = icon(<path d="M2.5 4h1m2.5 0h7.5M2.5 8h1m2.5 0h7.5M2.5 12h1m2.5 0h7.5" />);
export const TradeIcon = icon(<path d="M2.5 5.5h10.5L10.5 3m3 7.5H3L5.5 13" />);
export const BellIcon = icon(<path d="M3.5 11.5h9L11.5 10V7a3.5 3.5 0 0 0-7 0v3l-1 1.5Zm3 2h3" />);

export const OptionsIcon = icon(<path d="M8 2.5v11M2.5 5h3m-3 3h3m-3 3h3m5-6h3m-3 3h3m-3 3h3" />);
export const OffExchangeIcon = icon(<path d="M3 13.5V8m3.3 5.5v-9m3.4 9v-6M13 13.5v-11M1.5 13.5h13" />);
export const CodeIcon = icon(<path d="M5.5 4.5 2 8l3.5 3.5m5-7L14 8l-3.5 3.5" />);
export const PulseIcon = icon(<path d="M2 8.5h2.5l2-5 3 9 2-4H14" />);

export function Logo({ className = 'size-6' }: { className?: string }) {
  return (
    <svg aria-hidden="true" viewBox="0 0 32 32" className={`shrink-0 ${className}`}>
      <rect width="32" height="32" rx="7" fill="#14305f" />
      <path
        d="M6 21.5 12.5 14l4.5 4.5L26 8.5"
        fill="none"
        stroke="#8fb4ff"
        strokeWidth="3"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
      <circle cx="26" cy="8.5" r="2.6" fill="#fff" />
    </svg>
  );
}
