/** Many peers come, go and change their lists in one turn of the loop; the engine gets one message for all of them. */
export function onceATurn(run: () => void): () => void {
  let isDue = false;
  return () => {
    if (isDue) return;
    isDue = true;
    setImmediate(() => {
      isDue = false;
      run();
    });
  };
}
