/** A test in words. */
import type { StartEvent } from '../events.js';
import type { TestPlan } from '../plan.js';
import { plural, rateText, secondsText, sizeText } from './format.js';

const atClient = { up: 'upload to', down: 'download from', bidir: 'both ways with' } as const;
const atServer = { up: 'upload from', down: 'download to', bidir: 'both ways with' } as const;

/** `upload to example.org:8765, 2 streams, 10 s, 64 KiB blocks`. */
export function describeTest(start: StartEvent): string {
  const { role, peer, test, secure } = start;
  const words = (role === 'client' ? atClient : atServer)[test.direction];
  const host = peer.host.includes(':') ? `[${peer.host}]` : peer.host;
  return [`${words} ${host}:${peer.port}${secure ? ' over TLS' : ''}`, ...details(test)].join(', ');
}

function details(test: TestPlan): string[] {
  return [
    plural(test.streams, 'stream'),
    test.bytes === undefined ? secondsText(test.seconds) : sizeText(test.bytes),
    ...(test.omitSeconds > 0 ? [`after ${secondsText(test.omitSeconds)} omitted`] : []),
    `${sizeText(test.blockBytes)} blocks`,
    ...(test.bitsPerSecond > 0 ? [`at most ${rateText(test.bitsPerSecond)} a stream`] : []),
  ];
}
