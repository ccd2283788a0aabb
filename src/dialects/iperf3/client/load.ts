/** A load test at a server of iperf3. */
import { iperf3 } from '../../../defaults/index.js';
import { WperfError } from '../../../errors.js';
import type { NoticeEvent } from '../../../events/load.js';
import { given } from '../../../given.js';
import { type Clock, pause } from '../../../host/clock.js';
import type { LoadPeer, LoneDialect } from '../../../modes/load/dialect.js';
import { kernelRoundTrips } from '../../../modes/load/latency/kernel-latency.js';
import { missingFigures } from '../../../modes/load/warnings.js';
import { endpointText } from '../../../net/endpoint.js';
import { mayEndByTime } from '../../../plan/length.js';
import type { ClientPlan, TestPlan } from '../../../plan/plan.js';
import { pacedBlockBytes } from '../../../traffic/paced-block.js';
import { doubledPackets } from '../wire/doubled.js';
import type { Params } from '../wire/params.js';
import type { Connections } from './connections.js';
import { type Opened, openTest } from './opening.js';
import { ClientRun } from './run.js';

type Opening = Parameters<LoneDialect['open']>[0];

export function iperf3Load(connections: Connections): LoneDialect {
  let isOver = false;
  return {
    async open(opening) {
      const { plan, host } = opening;
      const test = testOf(plan);
      const until = host.clock.now() + (plan.iperf3?.retrySeconds ?? 0);
      const opened = await untilFree(
        () => open(connections, opening, test),
        host.clock,
        until,
        () => isOver,
      );
      return peerOf(opened, opening, test);
    },
    dropAll() {
      isOver = true;
      connections.dropAll();
    },
  };
}

async function open(connections: Connections, { plan, host }: Opening, test: TestPlan): Promise<Opened> {
  const links = test.direction === 'bidir' ? 2 * test.streams : test.streams;
  const params = paramsOf(plan, test, host.software);
  const { login, repeatingPayload } = plan.iperf3 ?? {};
  const opened = await openTest({
    connections,
    clock: host.clock,
    peer: endpointText(plan.target),
    params,
    links,
    login,
  });
  if (repeatingPayload) for (const link of opened.links) link.repeatLoad?.();
  return opened;
}

/**
 * A busy server opens its port anew for each test: it may not be there for a moment, and who was waiting at the port then
 * gets no answer. A server that never answers is none.
 */
async function untilFree<T>(open: () => Promise<T>, clock: Clock, until: number, isOver: () => boolean): Promise<T> {
  let [wasBusy, wasSilent] = [false, false];
  for (;;) {
    try {
      return await open();
    } catch (error) {
      const { code } = error as Partial<WperfError>;
      const isSilent = isUnanswered(error);
      wasBusy ||= code === 'server-full';
      const isReopening = isSilent ? wasBusy || !wasSilent : code === 'connection-refused' && (wasBusy || wasSilent);
      wasSilent ||= isSilent;
      const isPassing = code === 'server-full' || isReopening;
      if (!isPassing || isOver() || clock.now() + iperf3.retrySeconds > until) throw error;
    }
    await pause(clock, iperf3.retrySeconds);
    if (isOver()) throw new WperfError('interrupted', 'interrupted while the server was busy');
  }
}

/** The connection was closed before the server had said anything. */
function isUnanswered(error: unknown): boolean {
  if (!(error instanceof WperfError) || error.code !== 'not-wperf') return false;
  return error.cause instanceof WperfError && error.cause.code === 'peer-lost';
}

function peerOf(opened: Opened, { plan, host }: Opening, test: TestPlan): LoadPeer {
  const run = new ClientRun(opened, {
    ...{ test, clock: host.clock, peer: endpointText(plan.target), serverOutput: plan.getServerOutput },
  });
  return {
    ...{ software: 'iperf3', dialect: 'iperf3', session: opened.cookie, test, notes: notesOf(test, plan) },
    streams: run.streams,
    ...given({ rtt: kernelRoundTrips(opened.links) }),
    failure: () => run.failure,
    deliveredBytes: () => run.deliveredBytes,
    missing: (results) =>
      run.untold ?? [...missingFigures('client', results), ...doubledPackets('client', results, test.omitSeconds)],
  };
}

/** Of all streams. */
export function testOf(plan: ClientPlan): TestPlan {
  const { mode, direction, streams, seconds, bytes, omitSeconds, bitsPerSecond, intervalSeconds } = plan;
  const { untimed, rxCopy } = plan;
  const blockBytes = mode === 'datagram' ? plan.blockBytes : pacedBlockBytes(plan.blockBytes, bitsPerSecond);
  return {
    ...{ mode, direction, streams, seconds, omitSeconds, blockBytes, bitsPerSecond, intervalSeconds },
    ...given({ bytes, untimed, rxCopy }),
  };
}

/** Its server keeps time in whole seconds, and only to find out that a client is gone. */
function paramsOf(plan: ClientPlan, test: TestPlan, software: string): Params {
  const {
    title,
    extraData,
    getServerOutput,
    socket: { windowBytes, mssBytes, tos, congestion, dontFragment } = {},
  } = plan;
  const { mode, direction, streams, seconds, bytes, omitSeconds, blockBytes, bitsPerSecond } = test;
  const isTcp = mode === 'throughput';
  return {
    ...{ protocol: isTcp ? 'tcp' : 'udp', parallel: streams, omitSeconds, blockBytes, bitsPerSecond },
    ...{ reverse: direction === 'down', bidir: direction === 'bidir', getServerOutput },
    seconds: mayEndByTime(test) ? Math.ceil(seconds) : 0,
    ...{ pacingTimerUs: 1000, clientVersion: software },
    ...given({ bytes, title, extraData, windowBytes, tos, repeatingPayload: plan.iperf3?.repeatingPayload }),
    ...(isTcp
      ? { noDelay: true, ...given({ mssBytes, congestion }) }
      : { wideCounters: true, ...given({ dontFragment }) }),
  };
}

const farFragments =
  'A server of iperf3 sends packets in one piece where it listens on IPv4 alone (-4), and elsewhere in fragments.';

function notesOf({ direction, mode, omitSeconds }: TestPlan, { socket }: ClientPlan): NoticeEvent[] {
  const texts = [
    ...(direction === 'bidir' ? ['Each stream is two connections, one each way, as iperf3 has it.'] : []),
    ...(mode === 'datagram' && omitSeconds > 0 && direction !== 'down'
      ? ['Servers before iperf3 3.14 count losses of the omitted beginning among the others.']
      : []),
    ...(socket?.dontFragment && direction !== 'up' ? [farFragments] : []),
  ];
  return texts.map((text) => ({ type: 'notice', level: 'info', text }));
}
