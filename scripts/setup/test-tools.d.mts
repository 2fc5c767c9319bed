/** Path of the program that tests start, or null where it is not installed. */
export function findTestTool(name: 'postgres' | 'chromium'): string | null;
