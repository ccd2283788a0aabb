/** Says now and then that this end is there, for translators of addresses on the way, which forget who is silent. */
import { waits } from '../../defaults/index.js';
import type { Cancel, Clock } from '../../host/clock.js';
import { greeting } from './greeting.js';
import type { DatagramSocket } from './sockets/socket.js';

export function keepAlive(socket: DatagramSocket, clock: Clock): Cancel {
  let cancel: Cancel = () => {};
  const arm = () => {
    cancel = clock.at(clock.now() + waits.datagramAliveSeconds, () => {
      socket.send(greeting('alive'));
      arm();
    });
  };
  arm();
  return () => cancel();
}
