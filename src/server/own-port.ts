/** The server's own port. One that the system chooses for TCP may be another program's for UDP, by which load goes too. */
import { createSocket } from 'node:dgram';
import { familyOf } from '../net/ip.js';
import { type FrontDoor, type FrontDoorOptions, openFrontDoor } from '../transport/door/front-door.js';

/** Few ports are in use. */
const TRIES = 16;

/** Rejects with WperfError `port-in-use` or `listen-failure`. */
export async function openOwnPort(options: FrontDoorOptions, isFree = isFreeForDatagrams): Promise<FrontDoor> {
  const isChosen = options.port !== 0 || options.descriptor !== undefined;
  for (let triesLeft = isChosen ? 0 : TRIES; ; triesLeft--) {
    const door = await openFrontDoor(options);
    if (triesLeft === 0 || (await isFree(door))) return door;
    await door.close();
  }
}

export function isFreeForDatagrams({ host: address, port }: Pick<FrontDoor, 'host' | 'port'>): Promise<boolean> {
  const socket = createSocket(familyOf(address) === 6 ? 'udp6' : 'udp4');
  return new Promise((resolve) => {
    socket.once('error', (error: NodeJS.ErrnoException) => {
      socket.close();
      resolve(error.code !== 'EADDRINUSE');
    });
    socket.bind({ port, address, exclusive: true }, () => socket.close(() => resolve(true)));
  });
}
