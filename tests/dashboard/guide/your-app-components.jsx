import { LivePortfolio } from './components/LivePortfolio';
import { LiveWatchlist } from './components/LiveWatchlist';
import { MyComponent } from './components/MyComponent';
import { TradeNotifications } from './components/TradeNotifications';

export function YourAppComponents() {
    return (
        <>
            <MyComponent />
            <LivePortfolio />
            <LiveWatchlist />
            <TradeNotifications />
        </>
    );
}
