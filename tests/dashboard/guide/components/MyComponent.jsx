import { useEffect } from 'react';
import { useWebSocketContext } from '../contexts/WebSocketContext';

function MyComponent() {
    const { connected, subscribe, emit } = useWebSocketContext();

    useEffect(() => {
        if (!connected) return;

        // Subscribe to events
        const unsubscribe = subscribe('portfolio:update', (data) => {
            console.log('Portfolio update:', data);
        });

        // Cleanup
        return unsubscribe;
    }, [connected, subscribe]);

    // Emit events to server
    const subscribeToPortfolio = () => {
        emit('subscribe:portfolio');
    };

    return (
        <div>
            {connected ? '✅ Connected' : '⚠Disconnected'}
        </div>
    );
}

export { MyComponent };
