import { DropdownMenu } from 'radix-ui';
import { useRef, useState } from 'react';
import { toast } from 'sonner';
import { useStore } from 'zustand';
import type { UserPayload } from '../../../../src/protocol/accounts.ts';
import { CheckIcon, ChevronIcon, UserIcon } from '../../components/icons.tsx';
import { showPage, usePage } from '../../lib/page.ts';
import type { SessionStore } from '../../stores/session.ts';
import { THEMES, type Theme, type ThemeStore } from '../../stores/theme.ts';
import { DiscordDialog } from './discord-dialog.tsx';
import { PasswordDialog } from './password-dialog.tsx';

const THEME_NAMES: Record<Theme, string> = {
  system: 'System theme',
  light: 'Light theme',
  dark: 'Dark theme',
};
const ITEM =
  'flex min-h-9 cursor-pointer select-none items-center gap-2 rounded px-2 outline-none data-highlighted:bg-raised';

export interface AccountMenuProps {
  readonly user: UserPayload;
  readonly session: SessionStore;
  readonly theme: ThemeStore;
}

export function AccountMenu({ user, session, theme }: AccountMenuProps) {
  const chosen = useStore(theme, (state) => state.theme);
  const trigger = useRef<HTMLButtonElement>(null);
  const [leaving, setLeaving] = useState(false);
  const [open, setOpen] = useState<'discord' | 'password' | null>(null);
  const page = usePage();
  /** The page that comes takes the focus, which the menu would give back to its button. */
  const leavesPage = useRef(false);

  async function signOut() {
    setLeaving(true);
    try {
      await session.signOut();
    } catch (error) {
      setLeaving(false);
      toast.error('You are still signed in', { description: (error as Error).message });
    }
  }

  function closeDialog() {
    setOpen(null);
    // The menu item that opened it is gone.
    trigger.current?.focus();
  }

  async function copyUserId() {
    try {
      await navigator.clipboard.writeText(user.id);
      toast.info('User id copied', { description: user.id });
    } catch {
      // Plain http, as on a LAN address, has no clipboard.
      toast.info('Your user id', { description: user.id });
    }
  }

  return (
    <>
      {open === 'discord' ? <DiscordDialog onClose={closeDialog} /> : null}
      {open === 'password' ? <PasswordDialog username={user.username} onClose={closeDialog} /> : null}
      {/* Not modal: locking the page's scrolling would need a <style> element. */}
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger
          ref={trigger}
          aria-label={`${user.name}, account and theme`}
          className="flex h-9 items-center gap-1.5 rounded-md border border-line-strong px-2 hover:bg-raised"
        >
          <UserIcon />
          <span className="max-w-32 truncate max-sm:sr-only">{user.name}</span>
          <ChevronIcon className="size-3.5 text-muted" />
        </DropdownMenu.Trigger>
        <DropdownMenu.Content
          align="end"
          onCloseAutoFocus={(event) => {
            if (leavesPage.current) event.preventDefault();
            leavesPage.current = false;
          }}
          sideOffset={6}
          className="z-50 w-72 rounded-lg border border-line-strong bg-surface p-1 shadow-lg"
        >
          <DropdownMenu.Label className="px-2 py-1.5">
            <span className="block truncate font-medium">{user.name}</span>
            <span className="block truncate text-muted text-xs">{user.username}</span>
          </DropdownMenu.Label>
          <DropdownMenu.Separator className="my-1 h-px bg-line" />
          <DropdownMenu.RadioGroup value={chosen} onValueChange={(value) => theme.choose(value as Theme)}>
            {THEMES.map((option) => (
              <DropdownMenu.RadioItem key={option} value={option} className={ITEM}>
                <span className="w-4 shrink-0">
                  <DropdownMenu.ItemIndicator>
                    <CheckIcon />
                  </DropdownMenu.ItemIndicator>
                </span>
                {THEME_NAMES[option]}
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
          <DropdownMenu.Separator className="my-1 h-px bg-line" />
          {user.tier === 'admin' ? (
            <DropdownMenu.Item
              className={ITEM}
              onSelect={() => {
                leavesPage.current = true;
                showPage(page === 'monitor' ? 'trading' : 'monitor');
              }}
            >
              <span className="w-4 shrink-0" />
              {page === 'monitor' ? 'Trading' : 'Monitor'}
            </DropdownMenu.Item>
          ) : null}
          <DropdownMenu.Item className={ITEM} onSelect={() => void copyUserId()}>
            <span className="w-4 shrink-0" />
            <span className="min-w-0 py-1">
              Copy user id
              <span className="block truncate text-muted text-xs">{user.id}</span>
            </span>
          </DropdownMenu.Item>
          <DropdownMenu.Item className={ITEM} onSelect={() => setOpen('discord')}>
            <span className="w-4 shrink-0" />
            Discord account…
          </DropdownMenu.Item>
          <DropdownMenu.Item className={ITEM} onSelect={() => setOpen('password')}>
            <span className="w-4 shrink-0" />
            Change password…
          </DropdownMenu.Item>
          <DropdownMenu.Item className={ITEM} disabled={leaving} onSelect={() => void signOut()}>
            <span className="w-4 shrink-0" />
            Sign out
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Root>
    </>
  );
}
