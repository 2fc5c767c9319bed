import React, { useState, useEffect } from 'react';
import { useWebSocketContext } from '../contexts/WebSocketContext';
import { Card } from './ui/card';

export function LivePortfolio() {
    const [portfolio, setPortfolio] = useState(null);
    const { connected, subscribe, emit } = useWebSocketContext();

    useEffect(() => {
        if (!connected) return;

        // Subscribe to portfolio updates
        const unsubscribe = subscribe('portfolio:update', (data) => {
            setPortfolio(data);
        });

        // Request initial subscription
        emit('subscribe:portfolio');

        // Cleanup
        return () => {
            unsubscribe();
        };
    }, [connected, subscribe, emit]);

    if (!connected) {
        return <Card>⚠Connecting to live data...</Card>;
    }

    if (!portfolio) {
        return <Card>Loading portfolio...</Card>;
    }

    return (
        <Card>
            <h2>Live Portfolio</h2>
            <p>Total Value: ${portfolio.totalValue.toLocaleString()}</p>
            <p>Day Change: {portfolio.dayChangePercent.toFixed(2)}%</p>
            <p className="text-xs text-gray-500">
                Last update: {new Date(portfolio.timestamp).toLocaleTimeString()}
            </p>
        </Card>
    );
}
