/** Opens channels to a wperf server over WebSocket. */
import { systemClock } from '../../host/clock.js';
import { meanwhile } from '../../host/meanwhile.js';
import type { Resolve } from '../connect/addresses.js';
import { inTime } from '../connect/in-time.js';
import { openSocket } from '../connect/open.js';
import type { Transport } from '../transport.js';

interface WsOptions {
  /** False makes channels use plain `ws` calls. */
  readonly lane?: boolean;
  /** In place of the system's. */
  readonly resolve?: Resolve;
}

/** WebSocket: `ws` or `wss`, directly or through a proxy. All of it within the way's time. */
export function makeWsTransport({ lane, resolve }: WsOptions = {}): Transport {
  const clock = systemClock;
  return {
    connect(way, { signal: given, onSettled, greeting } = {}) {
      return inTime({ connectTimeoutMs: way.connectTimeoutMs, clock, given }, async (signal) => {
        const opening = openSocket(way, { clock, signal, resolve, onSettled });
        const upgrading = meanwhile(opening, () => import('./request.js'));
        const [socket, { askForUpgrade }, text] = await Promise.all([opening, upgrading, greeting]);
        return askForUpgrade(socket, way, { lane, signal, greeting: text });
      });
    },
  };
}

export const wsTransport: Transport = makeWsTransport();
