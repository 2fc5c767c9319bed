import { YourAppComponents } from './your-app-components';
// src/dashboard/App.jsx
import { WebSocketProvider } from './contexts/WebSocketContext';

function App() {
    return (
        <WebSocketProvider>
            <YourAppComponents />
        </WebSocketProvider>
    );
}

export { App };
