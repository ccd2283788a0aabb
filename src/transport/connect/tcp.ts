/** A TCP connection on its way, with the options that its user asked for set before its first segment. */
import { Socket } from 'node:net';
import { given } from '../../given.js';
import { openTcpSocket } from '../../host/tcp/wishes.js';
import { withZoneName } from '../../host/zone.js';
import { familyOf } from '../../net/ip.js';
import type { Way } from '../transport.js';

/** Throws a WperfError for an option that cannot be had. */
export function startTcp(host: string, port: number, { bind, socket }: Pick<Way, 'bind' | 'socket'>): Socket {
  const { localPort, ...wishes } = socket ?? {};
  const made = Object.keys(wishes).length === 0 ? new Socket() : adopt(openTcpSocket(familyOf(host) ?? 4, wishes));
  const localAddress = bind && withZoneName(bind);
  return made.connect({ host, port, ...given({ localAddress, localPort }) });
}

/** Nothing is read before the connection stands. */
function adopt(fd: number): Socket {
  return new Socket({ fd, manualStart: true } as ConstructorParameters<typeof Socket>[0]);
}
