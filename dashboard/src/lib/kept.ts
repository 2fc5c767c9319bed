/** What the browser keeps over reloads, if it is allowed to. */

/** The text kept under a name; null where there is none. */
export function readKept(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/** Where storage is forbidden, a choice lasts as long as the page. */
export function keep(name: string, text: string): void {
  try {
    localStorage.setItem(name, text);
  } catch {
    // See above.
  }
}

/** The text that this tab keeps under a name, over its reloads; null where there is none. */
export function readKeptInTab(name: string): string | null {
  try {
    return sessionStorage.getItem(name);
  } catch {
    return null;
  }
}

/** Where storage is forbidden, the text lasts as long as the page has it. */
export function keepInTab(name: string, text: string): void {
  try {
    sessionStorage.setItem(name, text);
  } catch {
    // See above.
  }
}

/** The object kept under a name; empty where there is none. */
export function readKeptObject(name: string): Readonly<Record<string, unknown>> {
  try {
    const kept: unknown = JSON.parse(readKept(name) ?? '{}');
    return typeof kept === 'object' && kept !== null ? { ...kept } : {};
  } catch {
    return {};
  }
}
