/** How long an end that receives waits for the first of its load. */
import { waits } from '../../../defaults/index.js';
import { WperfError } from '../../../errors.js';
import type { Cancel } from '../../../host/clock.js';
import { noLoadHint } from '../failure.js';
import type { LoadReceiver } from './load.js';
import type { StreamOptions } from './options.js';

/**
 * From the start of the test. One in which nothing came by its end has received nothing, once the word of how much that
 * was is here; where the end is far, something must come soon, or `onStarved` is told.
 */
export function boundFirstPayload(
  { stream, test, role, resultSeconds, silenceSeconds, host: { clock } }: StreamOptions,
  receiver: LoadReceiver,
  onStarved: (error: WperfError) => void,
): Cancel {
  const firstSeconds = silenceSeconds ?? waits.firstPayloadSeconds;
  const { receiveSeconds = test.seconds } = stream.traits ?? {};
  const timed = test.omitSeconds + receiveSeconds + (role === 'client' ? resultSeconds : 0);
  return clock.at(clock.now() + Math.min(timed, firstSeconds), () => {
    if (receiver.begun) return;
    if (timed <= firstSeconds) receiver.windUp();
    else onStarved(noLoad(stream.talk.peer, firstSeconds));
  });
}

function noLoad(peer: string, seconds: number): WperfError {
  const text = `no load arrived from ${peer} within ${seconds} s`;
  return new WperfError('no-load', text, { operation: 'test', peer, hint: noLoadHint });
}
