import type { MessageOf } from '../../src/protocol/messages.js';

/** What a client says that wants an upload of ten seconds on one stream. */
export const hello: MessageOf<'hello'> = {
  type: 'hello',
  software: 'wperf 1.0.0',
  session: 'ab'.repeat(16),
  stream: 1,
  streams: 1,
  mode: 'throughput',
  direction: 'up',
  seconds: 10,
  omitSeconds: 0,
  blockBytes: 65_536,
  bitsPerSecond: 0,
  intervalSeconds: 1,
  nonce: '01'.repeat(16),
  token: false,
  serverOutput: false,
};
