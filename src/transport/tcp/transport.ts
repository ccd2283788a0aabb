/** Plain TCP: the load alone, without frames, to the server's own port. */
import type { LoadTransport } from '../load-transport.js';

export const tcpTransport: LoadTransport = {
  name: 'tcp',
  carries: 'bytes',
  connect: (way) => way.openTcp(),
};
