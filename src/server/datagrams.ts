/** Has a dialect hear the datagrams at a UDP port of this server that are no greetings of wperf's own. */
import type { RawDialect } from '../dialects/served.js';
import { systemClock } from '../host/clock.js';
import { fineClock } from '../host/linux/fine-clock.js';
import type { LoadListener } from '../transport/load-transport.js';
import { DatagramLink } from '../transport/udp/link.js';
import { joinForeign } from '../transport/udp/reception.js';
import type { Peer } from '../transport/udp/sockets/socket.js';

/** Rejects with the system's error where the port is another's. */
export async function hearDatagrams(
  place: { readonly host: string; readonly port: number },
  dialect: RawDialect,
): Promise<LoadListener> {
  const hear = (bytes: Buffer, from: Peer) =>
    dialect.hear({
      ...{ bytes, from },
      open: (reply, wishes) => {
        const socket = port.open(from, { ...wishes, fragments: true });
        socket.send(reply);
        return new DatagramLink({ socket, pacingClock: fineClock() });
      },
    });
  const port = await joinForeign(place, hear, systemClock);
  return port;
}
