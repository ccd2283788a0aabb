/** What carries load for a dialect that has nothing of WebSocket about it: its TCP connections, and UDP beside them. */
import type { Socket } from 'node:net';
import { given } from '../given.js';
import { fineClock } from '../host/linux/fine-clock.js';
import type { LoadLink } from './channel.js';
import { serverBeyond } from './connect/reach.js';
import { ByteLink } from './load/byte-link.js';
import type { Place, RawSockets } from './raw-sockets.js';
import { infoOf } from './socket/info.js';
import { DatagramLink } from './udp/link.js';
import { openDatagramSocket } from './udp/sockets/open.js';
import type { DatagramSocket } from './udp/sockets/socket.js';

/** On what `sockets` opens. */
export function rawConnections(sockets: RawSockets) {
  return {
    /** Paused. Rejects with a WperfError. */
    openTcp: (place: Place): Promise<Socket> => sockets.openTcp(place),

    /** Load over a connection that nothing is read from any more. */
    loadOver(socket: Socket): LoadLink {
      return new ByteLink(socket, { name: 'tcp', info: { ...infoOf(socket), ...serverBeyond(sockets.way) } });
    },

    /** To the address that the first connection has found. Rejects with a WperfError, or with the system's error. */
    async openUdp(place: number, maxBytes: number): Promise<DatagramSocket> {
      const { target, address: host = target.host, bind, socket } = sockets.wayOf(place);
      const at = { host, port: target.port, ...given({ bind }) };
      const opened = await openDatagramSocket({ ...at, maxBytes, fragments: true, ...socket });
      sockets.endWithAll(() => opened.close());
      return opened;
    },

    packetsOver: (socket: DatagramSocket): LoadLink => new DatagramLink({ socket, pacingClock: fineClock() }),

    /** Ends all of them, those too that are still being made. */
    dropAll: () => sockets.dropAll(),
  };
}
