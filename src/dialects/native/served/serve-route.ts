/** A connection that asks for the route back, at the server. Liveness: the wait for the start is bounded here. */
import { waits } from '../../../defaults/index.js';
import { toWperfError } from '../../../errors.js';
import type { TraceEvent } from '../../../events/route.js';
import { onAbort } from '../../../host/abort.js';
import { seenAs } from '../../../modes/route/desk/target.js';
import { serveRoute } from '../../../modes/route/serve.js';
import type { TraceWish } from '../../../plan/plan.js';
import type { House } from '../../served.js';
import type { Conversation } from '../wire/conversation.js';
import { messageOf } from '../wire/route-wire.js';
import { untilGone } from './serve-pings.js';

/**
 * Without `annotate` nothing is told of what is known of an address. Resolves when the route is told or the client goes;
 * rejects, and tells the client why, when it is refused.
 */
export async function serveTrace(
  conversation: Conversation,
  wish: TraceWish,
  annotate: House['annotate'],
  { desk, plan, stop, emit }: House,
): Promise<void> {
  await conversation.expect(waits.startSeconds, 'start');
  const { channel, peer } = conversation;
  emit.note(`${peer}: asks for the route back (${wish.protocol}, at most ${wish.maxHops} hops)`);
  const cancel = onAbort(stop, () => conversation.send({ type: 'end', reason: 'shutdown' }));
  const seen = seenAs(channel.info);
  try {
    const outcome = await serveRoute(
      desk,
      { info: channel.info, channel, wish, proven: plan.token !== undefined },
      {
        gone: untilGone(conversation),
        tell: async (event, shared) => conversation.send(messageOf(await placed(event, annotate), seen, shared)),
      },
    );
    emit.note(`${peer}: ${outcome}`);
  } catch (thrown) {
    conversation.abort(toWperfError(thrown));
    throw thrown;
  } finally {
    cancel();
  }
}

async function placed(event: TraceEvent, annotate: House['annotate']): Promise<TraceEvent> {
  if (event.type !== 'trace-hop' || !annotate) return event;
  const addresses = event.addresses.map(async (address) => ({ ...address, ...(await annotate(address.ip)) }));
  return { ...event, addresses: await Promise.all(addresses) };
}
