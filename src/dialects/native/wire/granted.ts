/** The test of one stream as its hello asks and its grant allows. */
import { given } from '../../../given.js';
import type { TestPlan } from '../../../plan/plan.js';
import type { Grant, Hello } from '../../../protocol/messages.js';
import { pacedBlockBytes } from '../../../traffic/paced-block.js';

export function grantedTest(hello: Omit<Hello, 'type' | 'nonce' | 'token'>, grant: Grant): TestPlan {
  const { direction, streams, omitSeconds, intervalSeconds, rxCopy } = hello;
  const { seconds, bytes, bitsPerSecond, sim } = grant;
  // A server that allows less gives the test an end.
  const untimed = hello.untimed && seconds === hello.seconds ? true : undefined;
  const mode = hello.mode === 'datagram' ? 'datagram' : 'throughput';
  const blockBytes = Math.min(hello.blockBytes, sim?.mtuBytes ?? hello.blockBytes);
  return {
    mode,
    direction,
    streams,
    omitSeconds,
    blockBytes: mode === 'datagram' ? blockBytes : pacedBlockBytes(blockBytes, bitsPerSecond),
    intervalSeconds,
    seconds,
    bitsPerSecond,
    ...given({ bytes, untimed, rxCopy }),
  };
}
