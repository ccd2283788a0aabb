/** At the client: the load of a stream by a connection of its own, once the grant says where that goes. */
import { waits } from '../../../defaults/index.js';
import { toWperfError, WperfError } from '../../../errors.js';
import { given } from '../../../given.js';
import type { LoadOpening } from '../../../modes/load/dialect.js';
import type { TestPlan } from '../../../plan/plan.js';
import type { Grant } from '../../../protocol/messages.js';
import { type Carried, carried } from '../wire/carried.js';
import type { Conversation } from '../wire/conversation.js';

export async function attach(
  conversation: Conversation,
  id: number,
  test: TestPlan,
  { proto, sim }: Grant,
  { carrier, host: { clock } }: Pick<LoadOpening, 'carrier' | 'host'>,
): Promise<Carried> {
  if (!carrier) throw new WperfError('internal', 'nothing carries the load');
  if (!proto) throw notOffered(conversation, carrier.name);
  const { remoteHost } = conversation.channel.info;
  const place = { host: remoteHost, port: proto.port, key: proto.key, blockBytes: test.blockBytes };
  const connecting = carrier.connect(id, place);
  // One that comes too late is dropped too.
  void connecting.then(
    (link) => conversation.whenEnded(() => link.drop()),
    (thrown) => conversation.abort(toWperfError(thrown)),
  );
  const link = await Promise.race([connecting, conversation.failed]);
  conversation.send({ type: 'attached', ...given({ blockBytes: link.blockBytes }) });
  await conversation.expect(waits.keySeconds + waits.handshakeStepSeconds, 'attached');
  return carried(conversation, link, { test, sim, clock, name: `${test.mode} ${id} client` });
}

function notOffered(conversation: Conversation, name: string): WperfError {
  const detail = { operation: 'handshake', peer: conversation.peer, hint: 'leave --proto away' };
  const error = new WperfError('request-refused', `the server offers no --proto ${name}`, detail);
  conversation.abort(error);
  return error;
}
