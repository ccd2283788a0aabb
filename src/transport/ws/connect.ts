/** Opens channels to a wperf server over WebSocket. */
import { systemClock } from '../../host/clock.js';
import { meanwhile } from '../../host/meanwhile.js';
import type { Resolve } from '../connect/addresses.js';
import { inTime } from '../connect/in-time.js';
import { openSocket } from '../connect/open.js';
import type { Connected, ConnectHooks, Transport, Way } from '../transport.js';

interface WsOptions {
  /** False makes channels use plain `ws` calls. */
  readonly lane?: boolean;
  /** In place of the system's. */
  readonly resolve?: Resolve;
}

/** WebSocket: `ws` or `wss`, directly or through a proxy. */
export const wsTransport: Transport = makeWsTransport();

export function makeWsTransport(options: WsOptions = {}): Transport {
  return { connect: (way, hooks) => connect(way, options, hooks) };
}

/** All of it within the way's time. */
function connect(way: Way, { lane, resolve }: WsOptions, hooks: ConnectHooks = {}): Promise<Connected> {
  const clock = systemClock;
  const { connectTimeoutMs } = way;
  const { signal: given, onSettled, greeting } = hooks;
  return inTime({ connectTimeoutMs, clock, given }, async (signal) => {
    const opening = openSocket(way, { clock, signal, resolve, onSettled });
    const upgrading = meanwhile(opening, () => import('./request.js'));
    const [socket, { askForUpgrade }, text] = await Promise.all([opening, upgrading, greeting]);
    return askForUpgrade(socket, way, { lane, signal, greeting: text });
  });
}
