/** From the main thread to the worker of the embedded database. */
export type WorkerRequest =
  /** Wire-protocol messages up to a point where the backend answers. */
  { type: 'execute'; bytes: Uint8Array } | { type: 'stop' };

/** From the worker: one `answer` per `execute`, in order. */
export type WorkerAnswer =
  | { type: 'ready' }
  | { type: 'answer'; bytes: Uint8Array<ArrayBuffer> }
  /** The last message before the worker exits. */
  | { type: 'failed'; reason: string };
