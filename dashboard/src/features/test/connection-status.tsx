import { Panel } from '../../components/panel.tsx';
import { useWebSocket } from '../../hooks/use-web-socket.ts';

/** A dot and a word: colour alone says nothing to some readers. */
export function ConnectionStatus() {
  const { isConnected } = useWebSocket();
  return (
    <Panel id="test-status" title="WebSocket status">
      <p role="status" className="flex items-center gap-2 px-3 py-3 sm:px-4">
        <span aria-hidden="true" className={`size-2.5 rounded-full ${isConnected ? 'bg-up' : 'bg-down'}`} />
        {isConnected ? 'Connected' : 'Disconnected'}
      </p>
    </Panel>
  );
}
