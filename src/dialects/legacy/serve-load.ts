/** One test of an original client at the server: its stream of load or of packets, told as events. */
import { defaults, legacy, limits, waits } from '../../defaults/index.js';
import { toWperfError } from '../../errors.js';
import type { SimulationReport, StartEvent, TestEvent } from '../../events/test.js';
import type { Clock } from '../../host/clock.js';
import { Collector } from '../../modes/load/collector.js';
import type { StreamReport } from '../../modes/load/figures.js';
import { simulationReport, withSeed } from '../../modes/simulation.js';
import type { ServerPlan, Simulation, TestDirection, TestPlan } from '../../plan/plan.js';
import { peerOf } from '../../transport/channel.js';
import { legacyEndEvent } from './end-event.js';
import type { Link } from './link.js';
import { LegacyLoad, type LegacyOutcome } from './load.js';
import { PacketCount } from './packets.js';
import { withSenderCounts } from './sender-counts.js';
import { simulateOn } from './simulation.js';
import { conditionsOf, legacySoftware, NUMBER_BYTES, type Opening } from './wire.js';

/** What its packets are unless they say otherwise. */
const PACKET_BYTES = 1400;

export interface LegacyTestOptions {
  readonly link: Link;
  readonly plan: Pick<ServerPlan, 'seconds' | 'bytes'>;
  readonly session: string;
  readonly clock: Clock;
  readonly stop: AbortSignal;
  readonly onEvent: (event: TestEvent) => void;
}

/** Ready for load when it returns; settles when the connection may be closed. Rejects with WperfError. */
export function runLegacyLoad(options: LegacyTestOptions, opening: Opening & { kind: 'load' }): Promise<void> {
  const { link, plan, clock, stop, onEvent } = options;
  const { direction } = opening;
  const conditions = conditionsOf(opening.simulation);
  const test = {
    ...testOf(plan, 'throughput', direction, NUMBER_BYTES + (conditions?.mtuBytes ?? legacy.blockBytes)),
    ...(direction !== 'up' && { seconds: plan.seconds ?? legacy.seconds }),
  };
  const simulation = conditions && simulate(link, withSeed(conditions), clock, test);
  const collector = new Collector('server', test, (event) => onEvent(withSenderCounts(event)));
  const onInterval = (report: StreamReport) => collector.add(1, report);
  const receiveSeconds = plan.seconds ?? limits.seconds.max;
  const load = new LegacyLoad({ role: 'server', link, test, receiveSeconds, clock, stop, onInterval });
  return reported(options, { test, simulation, run: load, collector }, async (outcome) => {
    if (outcome.received && !outcome.peerEnded) await clientsEnd(load, options);
  });
}

/** Ready for packets when it returns; settles when the client has its answer. Rejects with WperfError. */
export function runLegacyPackets(options: LegacyTestOptions): Promise<void> {
  const { link, plan, clock, stop, onEvent } = options;
  const test = testOf(plan, 'datagram', 'up', PACKET_BYTES);
  const collector = new Collector('server', test, onEvent);
  const count = new PacketCount({ link, test, clock, stop, onInterval: (report) => collector.add(1, report) });
  return reported(options, { test, run: count, collector });
}

function simulate(link: Link, simulation: Simulation, clock: Clock, test: TestPlan): SimulationReport {
  simulateOn(link, { simulation, clock, role: 'server', stream: 1, test });
  return simulationReport(simulation, link.channel, { blockBytes: test.blockBytes });
}

/** The client alone knows how long an upload lasts: the server's ceiling stands in its place. */
function testOf(
  plan: LegacyTestOptions['plan'],
  mode: TestPlan['mode'],
  direction: TestDirection,
  blockBytes: number,
): TestPlan {
  return {
    mode,
    direction,
    streams: 1,
    seconds: plan.seconds ?? limits.seconds.max,
    omitSeconds: 0,
    blockBytes,
    bitsPerSecond: 0,
    intervalSeconds: defaults.intervalSeconds,
    ...(plan.bytes !== undefined && { bytes: plan.bytes }),
  };
}

interface Reported {
  readonly test: TestPlan;
  readonly simulation?: SimulationReport | undefined;
  readonly run: Pick<LegacyLoad, 'run' | 'remains'>;
  readonly collector: Collector;
}

/** From the start event to the end, or to the error with what is known nevertheless. */
async function reported(
  options: LegacyTestOptions,
  { test, simulation, run, collector }: Reported,
  afterwards: (outcome: LegacyOutcome) => Promise<void> = async () => {},
): Promise<void> {
  const { onEvent } = options;
  const end = (outcome: LegacyOutcome) => legacyEndEvent('server', test, new Map([[1, outcome]]), simulation);
  onEvent({ ...startEvent(options, test), ...(simulation && { simulation }) });
  try {
    const outcome = await run.run().finally(() => collector.finish(1));
    onEvent(end(outcome));
    await afterwards(outcome);
  } catch (thrown) {
    const error = toWperfError(thrown);
    onEvent({ type: 'error', error, partial: { ...end(await run.remains()), interrupted: true } });
    throw error;
  }
}

function startEvent({ link, session }: LegacyTestOptions, test: TestPlan): StartEvent {
  const { secure, client, ...addresses } = link.channel.info;
  return {
    type: 'start',
    role: 'server',
    dialect: 'legacy',
    session,
    wallMs: Date.now(),
    peer: peerOf(link.channel.info),
    peerSoftware: legacySoftware,
    test,
    streams: [{ id: 1, ...addresses }],
    secure,
  };
}

/** A client whose upload was cut short by the server's ceiling gets time to end by itself. */
function clientsEnd(load: LegacyLoad, { link, clock, stop }: LegacyTestOptions): Promise<void> {
  if (stop.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const cancel = clock.at(clock.now() + waits.closeSeconds, () => {
      link.refuse('the server allows no longer tests');
      done();
    });
    const done = () => {
      cancel();
      resolve();
    };
    load.onPeerEnded = done;
    link.onClosed = done;
    if (link.closed) done();
  });
}
