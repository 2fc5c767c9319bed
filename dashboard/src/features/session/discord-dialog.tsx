import { useCallback, useEffect, useRef, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { useDesk } from '../../hooks/websocket-context.tsx';
import { minuteTime } from '../../lib/format.ts';

type Link =
  | { readonly status: 'loading' }
  | { readonly status: 'failed'; readonly message: string }
  | { readonly status: 'linked'; readonly discordUserId: string }
  | { readonly status: 'unlinked' }
  | { readonly status: 'code'; readonly code: string; readonly expiresAt: string };

/** Shows which Discord account is linked, links one with a code typed to the bot, and ends the link. */
export function DiscordDialog({ onClose }: { onClose: () => void }) {
  const { api } = useDesk();
  const dialog = useRef<HTMLDialogElement>(null);
  const [link, setLink] = useState<Link>({ status: 'loading' });

  const attempt = useCallback(async (work: () => Promise<Link>) => {
    try {
      setLink(await work());
    } catch (error) {
      setLink({ status: 'failed', message: (error as Error).message });
    }
  }, []);
  const find = useCallback(async (): Promise<Link> => {
    const { discordUserId } = await api.discordLink();
    return discordUserId === null ? { status: 'unlinked' } : { status: 'linked', discordUserId };
  }, [api]);

  // The browser's own dialog: it keeps the focus and needs no style element to lock the page.
  useEffect(() => dialog.current?.showModal(), []);
  useEffect(() => void attempt(find), [attempt, find]);

  const issue = () => attempt(async () => ({ status: 'code', ...(await api.newDiscordCode()) }));
  const unlink = () =>
    attempt(async () => {
      await api.unlinkDiscord();
      return { status: 'unlinked' };
    });

  return (
    <dialog
      ref={dialog}
      aria-labelledby="discord-title"
      onClose={onClose}
      className="m-auto w-full max-w-sm rounded-lg border border-line-strong bg-surface p-5 text-ink backdrop:bg-black/50"
    >
      <h2 id="discord-title" className="mb-2 font-semibold text-base">
        Discord account
      </h2>
      <div aria-live="polite" className="flex min-h-20 flex-col gap-3">
        {link.status === 'loading' ? <p className="text-muted">Loading…</p> : null}
        {link.status === 'failed' ? <p className="text-down">{link.message}</p> : null}
        {link.status === 'unlinked' ? (
          <p>
            No Discord account is linked. A code links one: give it to the bot, and trades reported there
            appear here.
          </p>
        ) : null}
        {link.status === 'linked' ? (
          <p>
            Linked to the Discord account <span className="font-semibold">{link.discordUserId}</span>.
          </p>
        ) : null}
        {link.status === 'code' ? (
          <>
            <p>Type this to the bot in Discord. The code works once, until {minuteTime(link.expiresAt)}.</p>
            <p className="select-all rounded-md bg-raised px-3 py-2 text-center font-semibold text-lg tracking-wider">
              /link {link.code}
            </p>
          </>
        ) : null}
      </div>
      <div className="mt-4 flex justify-end gap-2">
        {link.status === 'unlinked' ? (
          <Button kind="primary" onClick={() => void issue()}>
            Get a code
          </Button>
        ) : null}
        {link.status === 'linked' ? <Button onClick={() => void unlink()}>Unlink</Button> : null}
        {link.status === 'code' || link.status === 'failed' ? (
          <Button onClick={() => void attempt(find)}>
            {link.status === 'code' ? 'Check the link' : 'Try again'}
          </Button>
        ) : null}
        <Button onClick={() => dialog.current?.close()}>Close</Button>
      </div>
    </dialog>
  );
}
