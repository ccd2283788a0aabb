/** At the server: a client's connection for load, from the promise of one in the grant until it is there. */
import { waits } from '../../../defaults/index.js';
import { toWperfError, WperfError } from '../../../errors.js';
import type { TestPlan } from '../../../plan/plan.js';
import type { Grant, Hello } from '../../../protocol/messages.js';
import type { ExpectedLoad, LoadReception } from '../../../transport/carriage.js';
import type { LoadLink } from '../../../transport/channel.js';
import type { House } from '../../served.js';
import { type Carried, carried } from '../wire/carried.js';
import type { Conversation } from '../wire/conversation.js';

/** Undefined where load goes by the conversation's own connection. A client that cannot have what it asks for is told. */
export function expectLoad(
  { channel: { info } }: Conversation,
  reception: LoadReception,
  { proto, mode, blockBytes, socket = {} }: Hello,
): ExpectedLoad | undefined {
  if (mode !== 'throughput' && mode !== 'datagram') return undefined;
  const name = proto?.name ?? 'ws';
  if (reception.allow(name) === 'bytes' && mode === 'datagram')
    throw new WperfError('request-refused', `${name} carries a stream of bytes, and no packets`);
  // What a proxy speaks to says nothing of where its client sends datagrams.
  const localHost = info.client ? undefined : info.localHost;
  const { remoteHost } = info;
  return proto && reception.expect(name, { settings: proto.settings, socket, localHost, remoteHost, blockBytes });
}

/** Once the grant is said. What fails, the client is told. */
export async function awaitLoad(
  conversation: Conversation,
  expected: ExpectedLoad,
  test: TestPlan,
  { hello, grant: { sim }, house: { host } }: { readonly hello: Hello; readonly grant: Grant; readonly house: House },
): Promise<Carried> {
  try {
    const link = await arrived(conversation, expected);
    const { blockBytes = test.blockBytes } = await conversation.expect(waits.handshakeStepSeconds, 'attached');
    const settled = { ...test, blockBytes: Math.min(test.blockBytes, blockBytes) };
    if (hello.socket) link.kernel?.setOptions(hello.socket);
    conversation.send({ type: 'attached' });
    return carried(conversation, link, {
      test: settled,
      sim,
      clock: host.clock,
      name: `${test.mode} ${hello.stream} server`,
    });
  } catch (thrown) {
    const error = toWperfError(thrown);
    conversation.abort(error);
    throw error;
  }
}

/** Nobody waits for a client that has gone, and nothing is left of a connection that comes for nobody. */
function arrived(conversation: Conversation, { link, cancel }: ExpectedLoad): Promise<LoadLink> {
  conversation.whenEnded(() => {
    cancel();
    void link.then(
      (late) => late.drop(),
      () => {},
    );
  });
  return Promise.race([link, conversation.failed]);
}
