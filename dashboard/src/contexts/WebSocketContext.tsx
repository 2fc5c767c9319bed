/** The path under which components that were written after the guide import the socket; the code is in `hooks`. */
export { useWebSocketContext, WebSocketProvider } from '../hooks/websocket-context.tsx';
