/** A replica on this machine that takes longer hangs. */
const ANSWER_TIMEOUT_MS = 1_500;

/** Why `/ready` of this replica refuses traffic; null where it is ready. */
export async function whyNotReady(url: string): Promise<string | null> {
  try {
    const answer = await fetch(`${url}/ready`, {
      // A kept connection would be one more to drain.
      headers: { connection: 'close' },
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    const { checks } = (await answer.json()) as { checks: Record<string, string> };
    if (answer.ok) return null;
    const failing = Object.entries(checks).map(([check, state]) => `${check}: ${state}`);
    return `is not ready (${failing.join(', ')})`;
  } catch {
    return 'does not answer';
  }
}
