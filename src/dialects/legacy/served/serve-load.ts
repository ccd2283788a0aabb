/** One test of an original client at the server: its stream of load or of packets. */
import { defaults, legacy, limits, waits } from '../../../defaults/index.js';
import { given } from '../../../given.js';
import type { Clock } from '../../../host/clock.js';
import { ServedTest } from '../../../modes/load/served.js';
import type { StreamOutcome } from '../../../modes/load/stream/figures.js';
import { withSeed } from '../../../modes/simulation.js';
import type { ServerPlan, TestDirection, TestPlan } from '../../../plan/plan.js';
import type { House } from '../../served.js';
import type { LegacyLink } from '../wire/link.js';
import { missingOf } from '../wire/missing.js';
import { simulateOn } from '../wire/simulation.js';
import { LegacyTalk } from '../wire/talk.js';
import { traitsOf } from '../wire/traits.js';
import { conditionsOf, type LegacyWish, legacySoftware, NUMBER_BYTES } from '../wire/wire.js';

/** What its packets are unless they say otherwise. */
const PACKET_BYTES = 1400;

type Ceilings = Pick<ServerPlan, 'seconds' | 'untimed' | 'bytes' | 'rate'>;

/** Ready for load when it returns; settles when the connection may be closed. Rejects with WperfError. */
export async function serveLegacyLoad(
  link: LegacyLink,
  opening: Extract<LegacyWish, { kind: 'load' | 'udp' }>,
  session: string,
  { plan, host, stop, emit }: House,
): Promise<void> {
  const asked = opening.kind === 'load' ? conditionsOf(opening.simulation) : undefined;
  const test = opening.kind === 'load' ? loadTest(plan, opening.direction, asked?.mtuBytes) : packetTest(plan);
  const simulation = asked && withSeed(asked);
  if (simulation) simulateOn(link, { simulation, clock: host.clock, role: 'server', stream: 1, test });
  const talk = new LegacyTalk(link, { role: 'server', clock: host.clock, test });
  const about = { session, software: legacySoftware, dialect: 'legacy', ...given({ simulation }) } as const;
  const served = new ServedTest(about, host, stop, {
    rate: plan.rate,
    onEvent: (event) => emit.test(event, session),
    missing: missingOf('server', test, [talk]),
  });
  const traits = { ...traitsOf(test, host.clock), receiveSeconds: plan.seconds ?? limits.seconds.max };
  const { silenceSeconds } = plan;
  const stream = { id: 1, test, talk, data: link.channel, link: link.channel, traits, silenceSeconds, recorded: false };
  const outcome = await served.serve(stream);
  if (!stop.aborted) await untilClientEnds(outcome, talk, link, host.clock);
}

/** The client alone knows how long an upload lasts: the server's ceiling stands in its place. */
function testOf(
  { seconds = limits.seconds.max, bytes }: Ceilings,
  test: Pick<TestPlan, 'mode' | 'direction' | 'blockBytes'>,
): TestPlan {
  return {
    ...{ ...test, seconds, streams: 1, omitSeconds: 0, bitsPerSecond: 0 },
    ...{ intervalSeconds: defaults.intervalSeconds, ...given({ bytes }) },
  };
}

function loadTest(plan: Ceilings, direction: TestDirection, mtuBytes = legacy.blockBytes): TestPlan {
  const test = testOf(plan, { mode: 'throughput', direction, blockBytes: NUMBER_BYTES + mtuBytes });
  if (direction === 'up') return test;
  const { bitsPerSecond = 0 } = plan.rate ?? {};
  const own = direction === 'bidir' ? Math.floor(bitsPerSecond / 2) : bitsPerSecond;
  const paced = { ...test, bitsPerSecond: own };
  return plan.untimed ? { ...paced, untimed: true } : { ...paced, seconds: plan.seconds ?? legacy.seconds };
}

function packetTest(plan: Ceilings): TestPlan {
  return testOf(plan, { mode: 'datagram', direction: 'up', blockBytes: PACKET_BYTES });
}

/** A client whose load or packets were cut short by the server's ceiling gets time to end by itself. */
function untilClientEnds({ received }: StreamOutcome, talk: LegacyTalk, link: LegacyLink, clock: Clock): Promise<void> {
  if (!received || talk.peerEnded || link.closed) return Promise.resolve();
  return new Promise((resolve) => {
    const cancel = clock.at(clock.now() + waits.closeSeconds, () => {
      link.refuse('the server allows no longer tests');
      resolve();
    });
    talk.onPeerEnded = () => {
      cancel();
      resolve();
    };
  });
}
