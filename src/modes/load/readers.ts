/** How the load of a test is carried, and where it ends. */
import type { StartEvent } from '../../events/load.js';
import { given } from '../../given.js';
import type { LoadReader } from '../../measure/tcp.js';
import type { TestPlan } from '../../plan/plan.js';
import type { Data, Link, LoadLink } from '../../transport/channel.js';
import { directionOf, directionsOf, type Role } from './results.js';

/** What the transport tells of itself, and whether packets are packets of the network too. */
export function carriageOf(test: TestPlan, link: Link | undefined) {
  const { columns = [], carries, probed } = (link ?? {}) as Partial<LoadLink>;
  const packets = carries === 'messages' ? ('real' as const) : ('simulated' as const);
  const isDatagram = test.mode === 'datagram';
  return { ...(columns.length > 0 && { columns }), ...(isDatagram && { packets }), ...(probed && { probed }) };
}

/** `own` is what carries this end's load; `far` is what the far end has told. Of packets each is looked at. */
export function readersOf(
  role: Role,
  test: TestPlan,
  own: Pick<Data, 'reader'> | undefined,
  far?: LoadReader,
): Pick<StartEvent, 'readers'> {
  if (test.mode === 'datagram') return {};
  const received = directionOf(role, false);
  const ownReader = test.rxCopy ? 'process' : (own?.reader ?? 'process');
  const readers = directionsOf(test).map((each) => [each, each === received ? ownReader : far] as const);
  return { readers: given(Object.fromEntries(readers)) };
}
