import type { StandaloneConnectionOptions } from 'ioredis';
import standalone from 'ioredis/built/connectors/StandaloneConnector.js';

type Connect = InstanceType<typeof standalone.default>['connect'];

/**
 * Connects like ioredis' own, which hears only the first error of a socket. A socket that is closed in the middle of a
 * TLS handshake has a second one, and an error that nobody hears ends the process.
 */
export class AttentiveConnector extends standalone.default {
  // ioredis calls it with the options of the client.
  constructor(options: unknown) {
    super(options as StandaloneConnectionOptions);
  }

  override async connect(...[emit]: Parameters<Connect>): ReturnType<Connect> {
    const stream = await super.connect(emit);
    // What broke is said by the first error.
    stream.on('error', () => {});
    return stream;
  }
}
