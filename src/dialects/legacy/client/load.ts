/** A load test toward a server of the original wperf. */
import { defaults, legacy } from '../../../defaults/index.js';
import { WperfError } from '../../../errors.js';
import type { NoticeEvent } from '../../../events/load.js';
import { given } from '../../../given.js';
import type { ClientStream, LoadDialect, LoadOpening } from '../../../modes/load/dialect.js';
import { endpointText } from '../../../net/endpoint.js';
import type { ClientPlan, Simulation, TestPlan } from '../../../plan/plan.js';
import { shareOf } from '../../../plan/share.js';
import { pacedBlockBytes } from '../../../traffic/paced-block.js';
import type { Channel } from '../../../transport/channel.js';
import { closedError } from '../../life.js';
import type { LegacyLink } from '../wire/link.js';
import { missingOf } from '../wire/missing.js';
import { simulateOn, simulationNotes } from '../wire/simulation.js';
import { socketNotes } from '../wire/socket.js';
import { LegacyTalk } from '../wire/talk.js';
import { traitsOf } from '../wire/traits.js';
import { legacySoftware, NUMBER_BYTES, openingText } from '../wire/wire.js';
import { dialectNotes, linkTo, refusalOf, sayToken } from './entry.js';

export const legacyLoad: LoadDialect = {
  async open(opening) {
    const { plan, simulation } = opening;
    const links: LegacyLink[] = [];
    const explain = (error: WperfError) => refusalOf(plan, links, error);
    checkMode(plan);
    refuseCarrier(opening);
    const test = testOf(plan, simulation);
    const opened = await Promise.all(
      opening.connections.map(async (connecting, i) => {
        const { channel } = await connecting;
        const link = openLink(channel, i + 1, opening);
        links.push(link);
        return streamOf(link, i + 1, test, opening);
      }),
    );
    return {
      ...{ software: legacySoftware, dialect: 'legacy', test, explain },
      ...given({ simulation }),
      notes: [
        ...dialectNotes(plan),
        ...ignoredNotes(plan),
        ...simulationNotes(simulation, plan.mode),
        ...socketNotes(plan),
      ],
      streams: opened,
      checkOpen: () => {
        const gone = links.find((link) => link.closed)?.closed;
        if (gone) throw explain(closedError(gone, endpointText(plan.target)));
      },
      missing: missingOf(
        'client',
        test,
        opened.map(({ talk }) => talk),
      ),
    };
  },
};

/** The token goes out before the round trips, so that a refusal comes back before the load begins. */
function openLink(channel: Channel, stream: number, { plan, simulation, host }: LoadOpening): LegacyLink {
  const link = linkTo(channel);
  sayToken(link, plan);
  if (simulation) simulateOn(link, { simulation, clock: host.clock, role: 'client', stream, test: plan });
  return link;
}

function streamOf(
  link: LegacyLink,
  id: number,
  whole: TestPlan,
  { host, simulation }: LoadOpening,
): ClientStream & { readonly talk: LegacyTalk } {
  const bytes = shareOf(whole.bytes, id, whole.streams);
  const talk = new LegacyTalk(link, {
    ...{ role: 'client', clock: host.clock, test: whole },
    opening: openingText(whole, simulation),
  });
  return {
    ...{ id, test: { ...whole, ...given({ bytes }) }, talk, data: link.channel, link: link.channel },
    traits: traitsOf(whole, host.clock),
    echo: link.echo,
    // Nothing but its goodbye tells that the peer has had the end.
    close: () => link.close(legacy.partingSeconds),
  };
}

function refuseCarrier({ plan, carrier }: LoadOpening): void {
  if (!carrier) return;
  const text = `${endpointText(plan.target)} is the original wperf, whose load goes by WebSocket only`;
  throw new WperfError('request-refused', text, { operation: 'handshake', hint: 'leave --proto away' });
}

function checkMode({ mode, direction, target }: ClientPlan): void {
  if (mode !== 'datagram' || direction === 'up') return;
  const peer = endpointText(target);
  const text = `${peer} is of the original wperf, which receives the packets of --udp but sends none`;
  throw new WperfError('request-refused', text, { operation: 'connect', peer, hint: 'leave -R and --bidir away' });
}

/** Of all streams. Its server always sends its own blocks, and counts every packet. */
function testOf(plan: ClientPlan, simulation: Simulation | undefined): TestPlan {
  const { mode, direction, streams, seconds, bytes, blockBytes, bitsPerSecond, intervalSeconds } = plan;
  const { untimed, rxCopy } = plan;
  const isDatagram = mode === 'datagram';
  const mtuBytes = Math.min(simulation?.mtuBytes ?? legacy.simMtu.max, legacy.simMtu.max);
  const payload = Math.min(direction === 'down' ? legacy.blockBytes : blockBytes, mtuBytes);
  const rate = direction === 'down' ? 0 : bitsPerSecond;
  return {
    ...{ mode, direction, streams, seconds, intervalSeconds },
    omitSeconds: isDatagram ? 0 : plan.omitSeconds,
    blockBytes: isDatagram ? Math.min(blockBytes, mtuBytes) : pacedBlockBytes(NUMBER_BYTES + payload, rate),
    bitsPerSecond: rate,
    ...given({ bytes, untimed, rxCopy }),
  };
}

/** What was asked for and cannot be had. */
function ignoredNotes({
  mode,
  direction,
  blockBytes,
  bitsPerSecond,
  omitSeconds,
  getServerOutput,
}: ClientPlan): NoticeEvent[] {
  const down = direction !== 'up';
  const ignored = [
    ...(down && blockBytes !== defaults.blockBytes ? ['a block size'] : []),
    ...(down && bitsPerSecond > 0 ? ['a rate'] : []),
    ...(mode === 'datagram' && omitSeconds > 0 ? ['packets that do not count'] : []),
    ...(getServerOutput ? ['its own report'] : []),
  ];
  return ignored.map((what) => ({ type: 'notice', level: 'info', text: `It cannot be asked for ${what}.` }));
}
