import { DropdownMenu } from 'radix-ui';
import { type ComponentType, type ReactNode, useRef, useState } from 'react';
import { toast } from 'sonner';
import { useStore } from 'zustand';
import type { UserPayload } from '../../../../src/protocol/accounts.ts';
import { pathTo } from '../../../../src/protocol/pages.ts';
import { CheckIcon, ChevronIcon, UserIcon } from '../../components/icons.tsx';
import { singleKeys, useSingleKeys } from '../../hooks/single-keys.ts';
import { go } from '../../hooks/use-page.ts';
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

/** A page that the menu leads to. */
export interface PageItem {
  readonly title: string;
  readonly Icon: ComponentType;
  readonly open: () => void;
}

export interface AccountMenuProps {
  readonly user: UserPayload;
  readonly session: SessionStore;
  readonly theme: ThemeStore;
  readonly pages: readonly PageItem[];
}

async function copyUserId({ id }: UserPayload) {
  try {
    await navigator.clipboard.writeText(id);
    toast.info('User id copied', { description: id });
  } catch {
    // Plain http, as on a LAN address, has no clipboard.
    toast.info('Your user id', { description: id });
  }
}

interface ItemProps extends DropdownMenu.DropdownMenuItemProps {
  readonly icon?: ReactNode;
}

function Item({ icon, children, ...props }: ItemProps) {
  return (
    <DropdownMenu.Item className={ITEM} {...props}>
      <span className="w-4 shrink-0 text-muted">{icon}</span>
      {children}
    </DropdownMenu.Item>
  );
}

const Line = () => <DropdownMenu.Separator className="my-1 h-px bg-line" />;

function Themes({ theme }: { theme: ThemeStore }) {
  const chosen = useStore(theme, (state) => state.theme);
  return (
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
  );
}

function SingleKeys() {
  return (
    <DropdownMenu.CheckboxItem
      checked={useSingleKeys()}
      onCheckedChange={singleKeys.switch}
      // The reader sees what the switch is at.
      onSelect={(event) => event.preventDefault()}
      className={ITEM}
    >
      <span className="w-4 shrink-0">
        <DropdownMenu.ItemIndicator>
          <CheckIcon />
        </DropdownMenu.ItemIndicator>
      </span>
      Single-key shortcuts
    </DropdownMenu.CheckboxItem>
  );
}

function useSignOut(session: SessionStore) {
  const [busy, setBusy] = useState(false);
  async function signOut() {
    setBusy(true);
    try {
      await session.signOut();
      go(pathTo.login, { replace: true });
    } catch (error) {
      setBusy(false);
      toast.error('You are still signed in', { description: (error as Error).message });
    }
  }
  return { busy, signOut };
}

type DialogName = 'discord' | 'password';

interface ItemsProps extends Omit<AccountMenuProps, 'session'> {
  readonly leave: ReturnType<typeof useSignOut>;
  readonly onLeavePage: () => void;
  readonly onDialog: (name: DialogName) => void;
}

function Items({ user, theme, pages, leave, onLeavePage, onDialog }: ItemsProps): ReactNode {
  return (
    <>
      <DropdownMenu.Label className="px-2 py-1.5">
        <span className="block truncate font-medium">{user.name}</span>
        <span className="block truncate text-muted text-xs">{user.username}</span>
      </DropdownMenu.Label>
      <Line />
      <Themes theme={theme} />
      <Line />
      <SingleKeys />
      <Line />
      {pages.map(({ title, Icon, open }) => (
        <Item
          key={title}
          icon={<Icon />}
          onSelect={() => {
            onLeavePage();
            open();
          }}
        >
          {title}
        </Item>
      ))}
      <Item onSelect={() => void copyUserId(user)}>
        <span className="min-w-0 py-1">
          Copy user id
          <span className="block truncate text-muted text-xs">{user.id}</span>
        </span>
      </Item>
      <Item onSelect={() => onDialog('discord')}>Discord account…</Item>
      <Item onSelect={() => onDialog('password')}>Change password…</Item>
      <Item disabled={leave.busy} onSelect={() => void leave.signOut()}>
        Sign out
      </Item>
    </>
  );
}

export function AccountMenu({ session, ...props }: AccountMenuProps) {
  const { user } = props;
  const leave = useSignOut(session);
  const trigger = useRef<HTMLButtonElement>(null);
  const [dialog, setDialog] = useState<DialogName | null>(null);
  /** The page that comes takes the focus, which the menu would give back to its button. */
  const leavesPage = useRef(false);

  function closeDialog() {
    setDialog(null);
    // The menu item that opened it is gone.
    trigger.current?.focus();
  }

  return (
    <>
      {dialog === 'discord' ? <DiscordDialog onClose={closeDialog} /> : null}
      {dialog === 'password' ? <PasswordDialog username={user.username} onClose={closeDialog} /> : null}
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
          className="z-50 max-h-(--radix-dropdown-menu-content-available-height) w-72 overflow-auto rounded-lg border border-line-strong bg-surface p-1 shadow-lg"
        >
          <Items
            {...props}
            leave={leave}
            onLeavePage={() => {
              leavesPage.current = true;
            }}
            onDialog={setDialog}
          />
        </DropdownMenu.Content>
      </DropdownMenu.Root>
    </>
  );
}
