import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { Button } from '../../components/button.tsx';
import { Panel } from '../../components/panel.tsx';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { useDesk } from '../../hooks/websocket-context.tsx';
import { quantity } from '../../lib/format.ts';
import { createFrame } from '../../lib/frame.ts';
import { createFrameLog, type FrameLog, type LoggedFrame, MAX_FRAMES } from '../../stores/frame-log.ts';

const clockTime = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });

/** A log of the connection for as long as the page is open. */
function useFrameLog(): FrameLog {
  const { followFrames, timers } = useDesk();
  const [frame] = useState(createFrame);
  const [log] = useState(() => createFrameLog({ now: timers.now, frame }));
  useEffect(() => {
    const unfollow = followFrames(log.add);
    return () => {
      unfollow();
      frame.cancel();
    };
  }, [followFrames, log, frame]);
  return log;
}

function Row({ at, direction, text }: LoggedFrame) {
  return (
    <li className="grid grid-cols-[4.5rem_2.5rem_1fr] gap-x-2 border-line border-b px-3 py-1">
      <time className="text-muted">{clockTime.format(at)}</time>
      <span className={direction === 'in' ? 'text-accent' : 'text-muted'}>
        {direction === 'in' ? '← in' : '→ out'}
      </span>
      <code className="break-all">{text}</code>
    </li>
  );
}

/** Every packet of the one connection, newest first. */
export function FrameLogPanel() {
  const log = useFrameLog();
  const { frames, paused, skipped } = useStore(log);
  return (
    <Panel
      id="test-frames"
      title="Frames"
      aside={
        <>
          <Button aria-pressed={paused} onClick={paused ? log.resume : log.pause}>
            {paused ? 'Resume' : 'Pause'}
          </Button>
          <Button onClick={log.clear}>Clear</Button>
        </>
      }
    >
      <p className="px-3 py-2 text-muted sm:px-4">
        The last {MAX_FRAMES} frames, as they are on the wire.
        {skipped > 0 ? ` ${quantity(skipped)} came while the log was paused.` : ''}
      </p>
      <ScrollRegion label="Frame log" className="h-96 overflow-y-auto text-xs">
        {frames.length === 0 ? <p className="px-3 text-muted sm:px-4">No frames yet.</p> : null}
        <ol>
          {frames.map((frame) => (
            <Row key={frame.number} {...frame} />
          ))}
        </ol>
      </ScrollRegion>
    </Panel>
  );
}
