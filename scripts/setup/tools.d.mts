export type Tool = 'postgres' | 'redis' | 'chromium' | 'pip';

/** Path of the program, or null where it is not installed. */
export function findTool(name: Tool): string | null;
