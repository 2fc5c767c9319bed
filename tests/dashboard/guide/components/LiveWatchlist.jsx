import { useEffect, useState } from 'react';
import { useWebSocketContext } from '../contexts/WebSocketContext';

function LiveWatchlist() {
    const [quotes, setQuotes] = useState({});
    const { subscribe, emit } = useWebSocketContext();

    useEffect(() => {
        // Subscribe to quote updates
        const unsubscribe = subscribe('quote:update', (quote) => {
            setQuotes(prev => ({
                ...prev,
                [quote.symbol]: quote
            }));
        });

        // Subscribe to watchlist symbols
        emit('subscribe:watchlist', ['AAPL', 'TSLA', 'NVDA']);

        return unsubscribe;
    }, [subscribe, emit]);

    return (
        <div>
            {Object.values(quotes).map(quote => (
                <div key={quote.symbol}>
                    {quote.symbol}: ${quote.price}
                    <span className={quote.changePercent > 0 ? 'text-green' : 'text-red'}>
                        {quote.changePercent > 0 ? '▲' : '▼'} {Math.abs(quote.changePercent)}%
                    </span>
                </div>
            ))}
        </div>
    );
}

export { LiveWatchlist };
