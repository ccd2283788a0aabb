/** Runs a plan against whatever the server speaks: wperf.v1, or the dialect of the original. */
import { WperfError } from '../errors.js';
import type { TestEvent } from '../events.js';
import type { ClientPlan } from '../plan.js';
import { type ClientRunOptions, runClientPlan } from '../session/client.js';
import { EventQueue } from '../session/event-queue.js';
import { namedNoSubprotocol } from '../transport/ws/errors.js';
import { LegacyClientTest } from './legacy/client.js';

/** As `runClientPlan`, but a server that names no sub-protocol is taken for one of the original wperf. */
export async function* runAnyClientPlan(
  plan: ClientPlan,
  options: Pick<ClientRunOptions, 'signal' | 'clock'> = {},
): AsyncGenerator<TestEvent, void, undefined> {
  for await (const event of runClientPlan(plan, options)) {
    if (event.type === 'error' && namedNoSubprotocol(event.error)) {
      if (plan.noLegacy) yield { type: 'error', error: refused(event.error) };
      else yield* runLegacyClientPlan(plan, options);
      return;
    }
    yield event;
  }
}

function runLegacyClientPlan(plan: ClientPlan, options: Pick<ClientRunOptions, 'signal' | 'clock'>) {
  const leave = new AbortController();
  const queue = new EventQueue<TestEvent>(async () => {
    leave.abort();
    await finished;
  });
  const signal = options.signal ? AbortSignal.any([options.signal, leave.signal]) : leave.signal;
  const test = new LegacyClientTest(plan, { signal, clock: options.clock }, (event) => queue.push(event));
  const finished = test.run().finally(() => queue.end());
  return queue;
}

function refused({ message, peer }: WperfError): WperfError {
  const hint = 'it may be the original wperf, whose dialect --no-legacy refuses';
  return new WperfError('not-wperf', message, { operation: 'connect', hint, ...(peer !== undefined && { peer }) });
}
