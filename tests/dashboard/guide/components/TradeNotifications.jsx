import { useEffect, useState } from 'react';
import { toast } from 'sonner';
import { useWebSocketContext } from '../contexts/WebSocketContext';
import { NotificationList } from './ui/notification-list';

function TradeNotifications() {
    const { subscribe } = useWebSocketContext();
    const [notifications, setNotifications] = useState([]);

    useEffect(() => {
        const unsubExecuted = subscribe('trade:executed', (trade) => {
            toast.success(`✅ ${trade.side} ${trade.quantity} ${trade.symbol} @ $${trade.price}`);
            setNotifications(prev => [trade, ...prev].slice(0, 10));
        });

        const unsubFailed = subscribe('trade:failed', (error) => {
            toast.error(`Trade failed: ${error.message}`);
        });

        return () => {
            unsubExecuted();
            unsubFailed();
        };
    }, [subscribe]);

    return <NotificationList notifications={notifications} />;
}

export { TradeNotifications };
