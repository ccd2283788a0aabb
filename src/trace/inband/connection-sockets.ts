/** Two raw sockets that hear what concerns one connection: its peer's segments, and ICMP errors, which are everybody's. */
import { Epoll } from '../../host/linux/epoll.js';
import type { Libc } from '../../host/linux/libc.js';
import { linux } from '../../host/linux/sockets.js';
import { passPorts } from '../linux/raw-filter.js';
import { type HeardPacket, listenToIcmp, packetHeard, stampArrivals } from '../linux/raw-hearing.js';
import { icmpProtocol, LinuxSocket } from '../linux/socket.js';
import type { LiveConnection } from './live-connection.js';

export class ConnectionSockets {
  readonly #libc: Libc;
  readonly #connection: LiveConnection;
  readonly #icmp: LinuxSocket;
  readonly #tcp: LinuxSocket;
  readonly #opened: { close(): void }[] = [];

  /** Throws a SystemError where the right to raw sockets is missing. */
  constructor(libc: Libc, connection: LiveConnection, wake: () => void) {
    this.#libc = libc;
    this.#connection = connection;
    try {
      this.#icmp = this.#openIcmp();
      this.#tcp = this.#openTcp();
      this.#opened.unshift(Epoll.over(libc, wake, [this.#icmp, this.#tcp]));
    } catch (thrown) {
      this.close();
      throw thrown;
    }
  }

  /** Of the peer, and from its address. */
  segments(): HeardPacket[] {
    return this.#heardBy(this.#tcp).filter(({ from }) => from === this.#connection.target.ip);
  }

  /** Of anybody, about anybody's packets. */
  errors(): HeardPacket[] {
    return this.#heardBy(this.#icmp);
  }

  close(): void {
    for (const opened of this.#opened) opened.close();
  }

  #openIcmp(): LinuxSocket {
    const { family } = this.#connection.target;
    const socket = this.#open(icmpProtocol(family));
    listenToIcmp(socket, family === 4 ? [3, 11] : [1, 2, 3]);
    return socket;
  }

  #openTcp(): LinuxSocket {
    const { source, destination } = this.#connection.ports;
    const socket = this.#open(linux.IPPROTO_TCP);
    passPorts(this.#libc, socket, { source: destination, destination: source });
    stampArrivals(socket);
    return socket;
  }

  #open(protocol: number): LinuxSocket {
    const socket = new LinuxSocket(this.#libc, this.#connection.target.family, linux.SOCK_RAW, protocol);
    this.#opened.push(socket);
    return socket;
  }

  #heardBy(socket: LinuxSocket): HeardPacket[] {
    return [...socket.drain(0)].flatMap((message) => packetHeard(socket.family, message) ?? []);
  }
}
