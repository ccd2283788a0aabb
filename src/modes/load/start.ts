/** What the start of a test tells of its streams, at either end: whereto they go, how load is carried, where it ends. */
import type { StartEvent } from '../../events/load.js';
import { given } from '../../given.js';
import type { LoadReader, SocketFacts } from '../../measure/tcp.js';
import type { SocketWishes, TestPlan } from '../../plan/plan.js';
import type { Data, Link, LoadLink } from '../../transport/channel.js';
import { endsOf } from '../connections.js';
import { directionOf, directionsOf, type Role } from './results.js';

interface Stream {
  readonly id: number;
  readonly link: Link;
  readonly data: Data;
}

/** `asked` is of sockets, `far` what the far end has told of its own. */
export function startOf(
  role: Role,
  test: TestPlan,
  streams: readonly Stream[],
  asked: SocketWishes = {},
  far: { readonly reader?: LoadReader; readonly socket?: SocketFacts } = {},
) {
  const [{ link, data } = {}] = streams;
  return {
    ...{ type: 'start', role, test, wallMs: Date.now() },
    streams: streams.map((each) => ({ id: each.id, ...endsOf(each.link) })).sort((a, b) => a.id - b.id),
    transport: link?.transport ?? '',
    secure: link?.info.secure ?? false,
    ...carriageOf(test, link),
    ...readersOf(role, test, data, far.reader),
    socket: { asked, local: link?.kernel?.socket() ?? {}, remote: far.socket ?? null },
  } as const satisfies Partial<StartEvent>;
}

/** What the transport tells of itself, and whether packets are packets of the network too. */
function carriageOf(test: TestPlan, link: Link | undefined) {
  const { columns = [], carries, probed } = (link ?? {}) as Partial<LoadLink>;
  const packets = carries === 'messages' ? ('real' as const) : ('simulated' as const);
  const isDatagram = test.mode === 'datagram';
  return { ...(columns.length > 0 && { columns }), ...(isDatagram && { packets }), ...(probed && { probed }) };
}

/** `own` is what carries this end's load; `far` is what the far end has told. Of packets each is looked at. */
function readersOf(
  role: Role,
  test: TestPlan,
  own: Pick<Data, 'reader'> | undefined,
  far: LoadReader | undefined,
): Pick<StartEvent, 'readers'> {
  if (test.mode === 'datagram') return {};
  const received = directionOf(role, false);
  const ownReader = test.rxCopy ? 'process' : (own?.reader ?? 'process');
  const readers = directionsOf(test).map((each) => [each, each === received ? ownReader : far] as const);
  return { readers: given(Object.fromEntries(readers)) };
}
