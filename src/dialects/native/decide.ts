/** What a server grants of what a hello asks for, and where it is less, why. Pure. */
import { limits } from '../../defaults/index.js';
import { grantWish } from '../../modes/route/desk/limits.js';
import type { ServerPlan, TraceService } from '../../plan/plan.js';
import type { Hello } from '../../protocol/messages.js';
import type { Decision } from './handshake.js';

type Ceilings = Pick<ServerPlan, 'seconds' | 'bytes'>;

export function decide(hello: Hello, ceilings: Ceilings, service: TraceService): Decision {
  if (hello.mode !== 'traceroute' || hello.trace === undefined) return decideLoad(hello, ceilings);
  return { seconds: service.seconds, bitsPerSecond: 0, reasons: [...grantWish(hello.trace, service).reasons] };
}

function decideLoad(hello: Hello, ceilings: Ceilings): Decision {
  const seconds = Math.min(hello.seconds, ceilings.seconds ?? limits.seconds.max);
  const bytes = hello.bytes === undefined ? undefined : bytesOf(hello.bytes, hello.streams, ceilings);
  const reasons = [
    ...(seconds < hello.seconds ? [`The server allows tests of at most ${seconds} s.`] : []),
    ...(bytes !== hello.bytes ? [`The server allows tests of at most ${ceilings.bytes} bytes.`] : []),
  ];
  return { seconds, bitsPerSecond: hello.bitsPerSecond, reasons, ...(bytes !== undefined && { bytes }) };
}

/** A stream's part of what the whole test may have. */
function bytesOf(asked: number, streams: number, { bytes: most = Number.POSITIVE_INFINITY }: Ceilings): number {
  return Math.max(1, Math.floor(Math.min(asked, most / streams)));
}
