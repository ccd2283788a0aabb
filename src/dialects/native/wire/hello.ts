/** The hello of a connection that carries no load: pings alone, or a route. */
import { defaults } from '../../../defaults/index.js';
import type { Hello } from '../../../protocol/messages.js';

/** Fields that only load has use for say as little as they can. */
export function pingHello<M extends 'ping' | 'latency' | 'traceroute'>(
  mode: M,
  { software, session, seconds }: Pick<Hello, 'software' | 'session' | 'seconds'>,
) {
  return {
    ...{ mode, software, session, seconds },
    stream: 1,
    streams: 1,
    direction: 'bidir' as const,
    omitSeconds: 0,
    blockBytes: defaults.blockBytes,
    bitsPerSecond: 0,
    intervalSeconds: 0,
    serverOutput: false,
  };
}
