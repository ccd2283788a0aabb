/** What an iperf3 client asks for, as a test of wperf's: each stream goes one way. Pure. */
import { defaults, iperf3Service, limits, waits } from '../../../defaults/index.js';
import { given } from '../../../given.js';
import type { AskedTest } from '../../../modes/load/served.js';
import type { StreamTraits } from '../../../modes/load/stream/talk.js';
import type { Direction, SocketWishes, TestPlan } from '../../../plan/plan.js';
import { pacedBlockBytes } from '../../../traffic/paced-block.js';
import { makePacketCodec } from '../wire/packet-codec.js';
import type { Params } from '../wire/params.js';
import { blockBytesOf, bytesOf } from './rules.js';

/** Of each stream in the order in which they come: in a test both ways, first those that the client sends. */
export function streamTests(params: Params, intervalSeconds = 0): TestPlan[] {
  const { protocol, omitSeconds, parallel } = params;
  const bitsPerSecond = rateOf(params);
  const blockBytes = blockBytesOf(params);
  const isUdp = protocol === 'udp';
  const test = {
    mode: isUdp ? ('datagram' as const) : ('throughput' as const),
    ...{ streams: parallel, omitSeconds, bitsPerSecond },
    // What watches over a test hears of it by these.
    intervalSeconds: Math.min(intervalSeconds || defaults.intervalSeconds, defaults.intervalSeconds),
    ...(params.seconds === 0 ? { seconds: limits.seconds.max, untimed: true } : { seconds: params.seconds }),
  };
  const bytes = bytesOf(params);
  return directionsOf(params).flatMap((direction) =>
    Array.from({ length: parallel }, (_, at) => ({
      ...test,
      direction,
      // A client of iperf3 sends whole blocks, however low its rate.
      blockBytes: isUdp || direction === 'up' ? blockBytes : pacedBlockBytes(blockBytes, bitsPerSecond),
      ...given({ bytes: share(bytes, at, parallel) }),
    })),
  );
}

/** Of each stream; a rate that the kernel is to keep is kept like any other. 0 is none. */
function rateOf({ bitsPerSecond = 0, fqRate = 0 }: Params): number {
  const [lowest = 0] = [bitsPerSecond, fqRate].filter((rate) => rate > 0).sort((a, b) => a - b);
  return lowest;
}

function directionsOf({ bidir, reverse }: Params): Direction[] {
  return bidir ? ['up', 'down'] : [reverse ? 'down' : 'up'];
}

/** For the report of the whole: no stream ends by its own. */
function share(bytes: number | undefined, at: number, parallel: number): number | undefined {
  return bytes && Math.floor((bytes * (at + 1)) / parallel) - Math.floor((bytes * at) / parallel);
}

/**
 * A sender of bytes goes on until the client says that its time is over; packets have a place in the time of their own.
 * No client tells that nothing has reached it.
 */
export function traitsOf({ protocol, wideCounters = false, seconds }: Params): StreamTraits {
  const isOpenEnded = protocol === 'tcp' && seconds > 0;
  return {
    ...{ ownIntervals: true, farCounts: true, anyPacketSize: true, isUnheard: () => false },
    codec: () => makePacketCodec(wideCounters),
    ...(isOpenEnded && { sendSeconds: seconds + iperf3Service.overtimeSeconds }),
    resultSeconds: waits.handshakeStepSeconds,
  };
}

export function askedOf(params: Params, session: string): AskedTest {
  const { clientVersion, title, extraData } = params;
  const software = clientVersion === undefined ? 'iperf3' : `iperf3 ${clientVersion.slice(0, 32)}`;
  return { session, software, dialect: 'iperf3', socket: wishesOf(params), ...given({ title, extraData }) };
}

/** The segment size is settled as the client connects, and packets are kept whole by who sends them. */
export function wishesOf(params: Params): SocketWishes {
  const { windowBytes, tos, mssBytes, congestion, protocol } = params;
  const sendsPackets = protocol === 'udp' && directionsOf(params).includes('down');
  const dontFragment = sendsPackets ? params.dontFragment : undefined;
  return given({ windowBytes, tos: tos || undefined, mssBytes, congestion, dontFragment });
}
