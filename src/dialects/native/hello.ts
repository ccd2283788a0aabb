/** The hello of a connection that carries no load: pings alone, or a route. */
import { defaults } from '../../defaults/index.js';

/** Fields that only load has use for say as little as they can. */
export function pingHello<M extends 'ping' | 'latency' | 'traceroute'>(mode: M, session: string, seconds: number) {
  return {
    ...{ mode, session, seconds },
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
