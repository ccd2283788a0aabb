/** The test of one stream as its hello asks and its grant allows. */
import type { TestPlan } from '../../plan/plan.js';
import type { Grant, Hello } from '../../protocol/messages.js';

export function grantedTest(hello: Omit<Hello, 'type' | 'nonce' | 'token'>, grant: Grant): TestPlan {
  const { direction, streams, omitSeconds, intervalSeconds } = hello;
  const { seconds, bytes, bitsPerSecond, sim } = grant;
  const blockBytes = Math.min(hello.blockBytes, sim?.mtuBytes ?? hello.blockBytes);
  return {
    mode: hello.mode === 'datagram' ? 'datagram' : 'throughput',
    direction,
    streams,
    omitSeconds,
    blockBytes,
    intervalSeconds,
    seconds,
    bitsPerSecond,
    ...(bytes !== undefined && { bytes }),
  };
}
