/** Socket.IO rooms. Other services may emit into `user:` and `symbol:` rooms. */
export const userRoom = (userId: string): string => `user:${userId}`;
export const symbolRoom = (symbol: string): string => `symbol:${symbol}`;
