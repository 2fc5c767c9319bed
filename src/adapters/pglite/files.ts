import { closeSync, fdatasyncSync, fsyncSync, openSync } from 'node:fs';
import { NodeFS } from '@electric-sql/pglite/nodefs';

/** The parts of emscripten's file system that are changed here. */
interface EmscriptenStream {
  readonly path?: string;
  readonly nfd?: number;
  readonly node: object;
}
interface NodeFsModule {
  NODEFS: {
    realPath(node: object): string;
    stream_ops: {
      open(stream: EmscriptenStream): void;
      fsync?(stream: EmscriptenStream): number;
    };
  };
}

/** WASI's number for "input/output error": Postgres answers it with PANIC. */
const EIO = 29;
const WAL_SEGMENT = /\/pg_wal\/[0-9A-F]{24}$/;

export interface FileObserver {
  /** A sync failed: no commit may be acknowledged any more. */
  onSyncFailure(error: Error): void;
  /** Postgres began to write another segment of its log. */
  onWalSegment(): void;
}

/**
 * PGlite's Node file system, with an fsync. The original has none: Postgres would believe that a commit is on
 * disk while it is only in the page cache.
 */
export class DurableNodeFS extends NodeFS {
  readonly #observer: FileObserver;

  constructor(folder: string, observer: FileObserver) {
    super(folder);
    this.#observer = observer;
  }

  override async init(...[pg, options]: Parameters<NodeFS['init']>): ReturnType<NodeFS['init']> {
    const durable = (module: unknown): void => this.#install(module as NodeFsModule);
    return super.init(pg, { ...options, preRun: [...(options.preRun ?? []), durable] });
  }

  #install({ NODEFS }: NodeFsModule): void {
    const observer = this.#observer;
    const { open } = NODEFS.stream_ops;
    let segment = '';
    NODEFS.stream_ops.open = (stream) => {
      open(stream);
      const path = stream.path ?? '';
      if (path === segment || !WAL_SEGMENT.test(path)) return;
      segment = path;
      observer.onWalSegment();
    };
    NODEFS.stream_ops.fsync = (stream) => {
      try {
        // Postgres syncs directories too (renames, new files); those have no open descriptor here.
        if (stream.nfd === undefined) syncDirectory(NODEFS.realPath(stream.node));
        else fdatasyncSync(stream.nfd);
        return 0;
      } catch (error) {
        observer.onSyncFailure(error as Error);
        return EIO;
      }
    };
  }
}

function syncDirectory(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
