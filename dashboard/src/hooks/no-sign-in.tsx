import { createContext, type ReactNode, Suspense, use, useContext } from 'react';

const WaitingContext = createContext(false);
/** Ends never: the sign-in mounts the components anew. */
const SIGN_IN = new Promise<never>(() => {});

/**
 * Components while nobody is signed in. Those that live on a sign-in wait for one, and with them all that is here;
 * others render at once.
 */
export function NoSignIn({ children }: { children: ReactNode }) {
  return (
    <WaitingContext value={true}>
      <Suspense fallback={null}>{children}</Suspense>
    </WaitingContext>
  );
}

/** What a sign-in gives: waits for it below `NoSignIn`, and says what is missing anywhere else. */
export function useOfSignIn<T>(given: T | null | undefined, missing: string): T {
  const waits = useContext(WaitingContext);
  if (given) return given;
  if (waits) use(SIGN_IN);
  throw new Error(missing);
}
