import { Duplex } from 'node:stream';
import { joinBytes } from './bytes.ts';
import type { EmbeddedEngine } from './engine.ts';

/** The socket methods that pg calls on its stream, without a socket. */
class EmbeddedStream extends Duplex {
  readonly #engine: EmbeddedEngine;
  readonly #onEnd = (error: Error): void => {
    this.destroy(error);
  };

  constructor(engine: EmbeddedEngine) {
    super();
    this.#engine = engine;
    engine.onFailure(this.#onEnd);
  }

  connect(): this {
    this.#engine.start().then(
      () => this.emit('connect'),
      (error: Error) => this.destroy(error),
    );
    return this;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#send([chunk], done);
  }

  /** pg corks the messages of one statement, so that they arrive here, and at the worker, as one. */
  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#send(
      chunks.map(({ chunk }) => chunk),
      done,
    );
  }

  override _final(done: () => void): void {
    this.push(null);
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#engine.offFailure(this.#onEnd);
    done(error);
  }

  #send(chunks: Buffer[], done: (error?: Error | null) => void): void {
    this.#engine.send(joinBytes(chunks), (answer) => {
      if (answer.length > 0 && !this.destroyed) this.push(answer);
    });
    done();
  }

  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
}

/** A stream that pg uses as its socket: each flush is one message to the engine, each answer one chunk back. */
export const createEmbeddedStream = (engine: EmbeddedEngine): Duplex => new EmbeddedStream(engine);
