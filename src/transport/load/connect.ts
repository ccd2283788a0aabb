/** A client's connection for load: made by its transport, shown the key, and given up with the test. */
import type { Duplex } from 'node:stream';
import { waits } from '../../defaults/index.js';
import { toWperfError, WperfError } from '../../errors.js';
import { type Clock, within } from '../../host/clock.js';
import { endpointText } from '../../net/endpoint.js';
import type { LoadLink } from '../channel.js';
import type { LoadTransport, LoadWay } from '../load-transport.js';
import { openingOf } from './key.js';
import { abandon, isStream, linkOf } from './links.js';

/** Rejects with a WperfError. */
export async function connectLoad(transport: LoadTransport, way: LoadWay, clock: Clock): Promise<LoadLink> {
  const peer = endpointText(way);
  const detail = { operation: 'connect', peer, hint: 'leave --proto away to measure over WebSocket' };
  const connecting = transport.connect(way);
  try {
    const connection = await within(clock, waits.loadConnectSeconds, connecting, () => {
      const text = `${transport.name}: no connection with ${peer} came about within ${waits.loadConnectSeconds} s`;
      return new WperfError('timeout', text, detail);
    });
    if (isStream(connection)) showKey(connection, way.key);
    return linkOf(connection, transport, { remoteHost: way.host, remotePort: way.port });
  } catch (thrown) {
    void connecting.then(abandon, () => {});
    if (thrown instanceof WperfError) throw thrown;
    const { code, message } = toWperfError(thrown);
    const text = `${transport.name}: ${message}`;
    throw new WperfError(code === 'internal' ? 'unreachable' : code, text, { ...detail, cause: thrown });
  }
}

function showKey(stream: Duplex, key: Buffer): void {
  stream.pause();
  stream.write(openingOf(key));
}
