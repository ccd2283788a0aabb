/** Opens channels to a wperf server over WebSocket. */
import { systemClock } from '../../host/clock.js';
import { meanwhile } from '../../host/meanwhile.js';
import type { Resolve } from '../connect/addresses.js';
import { openSocket } from '../connect/open.js';
import { TooLate } from '../connect/step.js';
import type { Connected, ConnectHooks, Transport, Way } from '../transport.js';

export interface WsOptions {
  /** False makes channels use plain `ws` calls. */
  readonly lane?: boolean;
  /** In place of the system's. */
  readonly resolve?: Resolve;
}

/** WebSocket: `ws` or `wss`, directly or through a proxy. */
export const wsTransport: Transport = makeWsTransport();

export function makeWsTransport(options: WsOptions = {}): Transport {
  return { name: 'ws', connect: (way, hooks) => connect(way, options, hooks) };
}

/** All of it within the way's time. */
async function connect(way: Way, { lane, resolve }: WsOptions, hooks: ConnectHooks = {}): Promise<Connected> {
  const clock = systemClock;
  const late = new AbortController();
  const { connectTimeoutMs } = way;
  const cancel = clock.at(clock.now() + connectTimeoutMs / 1000, () => late.abort(new TooLate(connectTimeoutMs)));
  const { signal: given, onSettled, greeting } = hooks;
  const signal = given ? AbortSignal.any([given, late.signal]) : late.signal;
  try {
    const opening = openSocket(way, { clock, signal, resolve, onSettled });
    const upgrading = meanwhile(opening, () => import('./request.js'));
    const [socket, { askForUpgrade }, text] = await Promise.all([opening, upgrading, greeting]);
    return await askForUpgrade(socket, way, { lane, signal, greeting: text });
  } catch (error) {
    throw given?.aborted ? given.reason : error;
  } finally {
    cancel();
  }
}
