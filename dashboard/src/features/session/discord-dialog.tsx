import { useCallback, useEffect, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { useDesk } from '../../hooks/websocket-context.tsx';
import { minuteTime } from '../../lib/format.ts';

type Link =
  | { readonly status: 'loading' }
  | { readonly status: 'failed'; readonly message: string }
  | { readonly status: 'linked'; readonly discordUserId: string }
  | { readonly status: 'unlinked' }
  | { readonly status: 'code'; readonly code: string; readonly expiresAt: string };

/** Which account is linked, and what can be done about it. */
function useLink() {
  const { api } = useDesk();
  const [link, setLink] = useState<Link>({ status: 'loading' });

  const attempt = useCallback(async (work: () => Promise<Link>) => {
    try {
      setLink(await work());
    } catch (error) {
      setLink({ status: 'failed', message: (error as Error).message });
    }
  }, []);
  const find = useCallback(
    () =>
      attempt(async () => {
        const { discordUserId } = await api.discordLink();
        return discordUserId === null ? { status: 'unlinked' } : { status: 'linked', discordUserId };
      }),
    [attempt, api],
  );
  useEffect(() => void find(), [find]);

  return {
    link,
    find,
    issue: () => attempt(async () => ({ status: 'code', ...(await api.newDiscordCode()) })),
    unlink: () =>
      attempt(async () => {
        await api.unlinkDiscord();
        return { status: 'unlinked' };
      }),
  };
}

function Explanation({ link }: { link: Link }) {
  switch (link.status) {
    case 'loading':
      return <p className="text-muted">Loading…</p>;
    case 'failed':
      return <p className="text-down">{link.message}</p>;
    case 'unlinked':
      return (
        <p>
          No Discord account is linked. Get a code and send it to the bot: trades that are reported in Discord
          then appear here.
        </p>
      );
    case 'linked':
      return (
        <p>
          Linked to the Discord account <span className="font-semibold">{link.discordUserId}</span>.
        </p>
      );
    case 'code':
      return (
        <>
          <p>
            Send this message to the bot in Discord. The code works once and expires at{' '}
            {minuteTime(link.expiresAt)}.
          </p>
          <p className="select-all rounded-md bg-raised px-3 py-2 text-center font-semibold text-lg tracking-wider">
            /link {link.code}
          </p>
        </>
      );
  }
}

/** Shows which Discord account is linked, links one with a code that is sent to the bot, and ends the link. */
export function DiscordDialog({ onClose }: { onClose: () => void }) {
  const { link, find, issue, unlink } = useLink();
  return (
    <Dialog title="Discord account" onClose={onClose}>
      {(close) => (
        <>
          <div aria-live="polite" className="flex min-h-20 flex-col gap-3">
            <Explanation link={link} />
          </div>
          <div className="mt-4 flex justify-end gap-2">
            {link.status === 'unlinked' ? (
              <Button kind="primary" onClick={() => void issue()}>
                Get a code
              </Button>
            ) : null}
            {link.status === 'linked' ? <Button onClick={() => void unlink()}>Unlink</Button> : null}
            {link.status === 'code' || link.status === 'failed' ? (
              <Button onClick={() => void find()}>
                {link.status === 'code' ? 'Check the link' : 'Try again'}
              </Button>
            ) : null}
            <Button onClick={close}>Close</Button>
          </div>
        </>
      )}
    </Dialog>
  );
}
