/** Has a dialect hear the datagrams at a UDP port of this server that are no greetings of wperf's own. */
import type { RawDialect } from '../dialects/served.js';
import { systemClock } from '../host/clock.js';
import { fineClock } from '../host/linux/fine-clock.js';
import type { LoadListener } from '../transport/load-transport.js';
import { DatagramLink } from '../transport/udp/link.js';
import { type ForeignPort, joinForeign } from '../transport/udp/reception.js';

/** Rejects with the system's error where the port is another's. */
export async function hearDatagrams(
  place: { readonly host: string; readonly port: number },
  dialect: RawDialect,
): Promise<LoadListener> {
  const port: ForeignPort = await joinForeign(
    place,
    {
      hear: (bytes, from) =>
        dialect.hear({
          ...{ bytes, from },
          open: (reply, wishes) => {
            const socket = port.open(from, { ...wishes, fragments: true });
            socket.send(reply);
            return new DatagramLink({ socket, pacingClock: fineClock() });
          },
        }),
    },
    systemClock,
  );
  return port;
}
