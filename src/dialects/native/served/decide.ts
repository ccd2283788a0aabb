/** What a server grants of what a hello asks for, and where it is less, why. Pure. */
import { limits } from '../../../defaults/index.js';
import { WperfError } from '../../../errors.js';
import { given } from '../../../given.js';
import { grantWish } from '../../../modes/route/desk/limits.js';
import type { ServerPlan, TraceService } from '../../../plan/plan.js';
import type { Hello } from '../../../protocol/messages.js';
import { rateText } from '../../../units.js';
import type { Decision } from '../wire/handshake.js';

type Ceilings = Pick<ServerPlan, 'seconds' | 'bytes' | 'rate'>;

/** Throws a WperfError for what is refused. */
export function decide(hello: Hello, ceilings: Ceilings, service: TraceService): Decision {
  if (hello.mode !== 'traceroute' || hello.trace === undefined) return decideLoad(hello, ceilings);
  return { seconds: service.seconds, bitsPerSecond: 0, reasons: [...grantWish(hello.trace, service).reasons] };
}

function decideLoad(hello: Hello, ceilings: Ceilings): Decision {
  const seconds = Math.min(hello.seconds, ceilings.seconds ?? limits.seconds.max);
  const bytes = hello.bytes === undefined ? undefined : bytesOf(hello.bytes, hello.streams, ceilings);
  const bitsPerSecond = rateOf(hello, ceilings);
  const reasons = [
    ...(seconds < hello.seconds ? [`The server allows tests of at most ${seconds} s.`] : []),
    ...(bytes !== hello.bytes ? [`The server allows tests of at most ${ceilings.bytes} bytes.`] : []),
    ...(bitsPerSecond !== hello.bitsPerSecond ? [`The server allows ${mostOf(ceilings)}.`] : []),
  ];
  return { seconds, bitsPerSecond, reasons, ...given({ bytes }) };
}

/** A stream's part of what the whole test may have. */
function bytesOf(asked: number, streams: number, { bytes: most = Number.POSITIVE_INFINITY }: Ceilings): number {
  return Math.max(1, Math.floor(Math.min(asked, most / streams)));
}

/** Of each stream. Who asks for no rate gets what there is, and who asks for more is told. */
function rateOf({ mode, direction, streams, bitsPerSecond }: Hello, ceilings: Ceilings): number {
  const { rate } = ceilings;
  if (!rate || (mode !== 'throughput' && mode !== 'datagram')) return bitsPerSecond;
  const most = Math.max(1, Math.floor(rate.bitsPerSecond / (streams * (direction === 'bidir' ? 2 : 1))));
  if (bitsPerSecond <= most) return bitsPerSecond || most;
  const text = `-b/--bitrate of ${rateText(bitsPerSecond)}bit/s is too much: the server allows ${mostOf(ceilings)}`;
  throw new WperfError('request-refused', text, { hint: `give at most ${rateText(most)}` });
}

function mostOf({ rate }: Ceilings): string {
  return `${rateText(rate?.bitsPerSecond ?? 0)}bit/s to a test, all streams and both directions together`;
}
