/**
 * The route from the server back to this browser, hop by hop as the server tells it. Liveness: the handshake has its own
 * bounds, the trace that of the seconds granted.
 */

import { traceService, waits } from '../../src/defaults/index.js';
import { Conversation } from '../../src/dialects/native/conversation.js';
import { openAsClient } from '../../src/dialects/native/handshake.js';
import { pingHello } from '../../src/dialects/native/hello.js';
import { toWperfError } from '../../src/errors.js';
import type { Host } from '../../src/host/host.js';
import { randomId } from '../../src/host/random.js';
import { completeTraceWish } from '../../src/plan/complete.js';
import type { MessageOf } from '../../src/protocol/messages.js';
import type { FromWorker, PagePlace } from '../messages.js';
import { connectTo } from './connect.js';

type Tell = (message: FromWorker) => void;

export async function traceBack(page: PagePlace, host: Host, token: string | undefined, tell: Tell): Promise<void> {
  try {
    const { channel } = await connectTo(page, {});
    const conversation = new Conversation(channel, host.clock);
    try {
      await follow(conversation, host, token, tell);
    } finally {
      void conversation.close(waits.partingSeconds);
    }
  } catch (error) {
    tell({ type: 'route-end', text: `The server traces no route: ${toWperfError(error).line}.` });
  }
}

async function follow(conversation: Conversation, host: Host, token: string | undefined, tell: Tell): Promise<void> {
  const { max } = traceService.limits.seconds;
  const hello = pingHello('traceroute', { software: host.software, session: randomId(), seconds: max });
  const { seconds } = await openAsClient(conversation, { ...hello, trace: completeTraceWish({}) }, token);
  conversation.send({ type: 'start' });
  const until = host.clock.now() + Math.min(seconds, max) + traceService.graceSeconds;
  for (;;) {
    const left = Math.max(0, until - host.clock.now());
    const message = await conversation.expect(left, 'trace-start', 'trace-hop', 'trace-end', 'end');
    if (message.type === 'trace-hop') tell(hopOf(message));
    else if (message.type !== 'trace-start') break;
  }
  tell({ type: 'route-end', text: 'The route ends here.' });
}

function hopOf({ ttl, addresses, hidden }: MessageOf<'trace-hop'>): FromWorker {
  const rtts = [...addresses.flatMap(({ rttsMs }) => rttsMs), ...(hidden?.rttsMs ?? [])];
  const names = addresses.map(({ ip, name }) => (name === undefined ? ip : `${name} (${ip})`));
  const who = hidden ? [...names, 'kept by the server to itself'] : names;
  return { type: 'hop', ttl, who: who.join(', ') || 'no answer', rttMs: rtts.length === 0 ? null : Math.min(...rtts) };
}
