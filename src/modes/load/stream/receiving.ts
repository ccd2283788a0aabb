/** The half of a stream that receives. */
import { given } from '../../../given.js';
import type { Clock } from '../../../host/clock.js';
import type { TestPlan } from '../../../plan/plan.js';
import type { Load, LoadReceiver, ReceiveOptions } from './load.js';
import type { StreamLink } from './talk.js';

interface ReceivingOptions {
  readonly stream: StreamLink;
  readonly test: TestPlan;
  /** By which this end ends by itself. */
  readonly ownTest: TestPlan;
  readonly clock: Clock;
  readonly onInterval: ReceiveOptions['onInterval'];
}

export function startReceiving(
  load: Load,
  { stream, test, ownTest, clock, onInterval }: ReceivingOptions,
): LoadReceiver {
  const { receiveSeconds = test.seconds, anyPacketSize = false } = stream.traits ?? {};
  const { codec, graceSeconds, receiveBytes } = stream.traits ?? {};
  if (test.rxCopy) stream.data.copyLoad?.();
  return load.receive(stream.data, {
    test: { ...ownTest, seconds: receiveSeconds, ...given({ bytes: receiveBytes }) },
    ...{ clock, anyPacketSize, onInterval },
    ...given({ codec: codec?.(), graceSeconds }),
  });
}
