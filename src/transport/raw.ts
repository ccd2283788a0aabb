/**
 * Connections of a client for a dialect that has nothing of WebSocket about it: TCP by the way to the server that the
 * user named, and UDP to the address that the first of them has found. Liveness: the way bounds each attempt.
 */
import type { Socket } from 'node:net';
import { given } from '../given.js';
import { onAbort } from '../host/abort.js';
import type { Clock } from '../host/clock.js';
import { fineClock } from '../host/linux/fine-clock.js';
import { canonicalHost } from '../net/ip.js';
import { socketOf } from '../plan/socket.js';
import type { LoadLink } from './channel.js';
import { openSocket } from './connect/open.js';
import { serverBeyond } from './connect/reach.js';
import { TooLate } from './connect/step.js';
import { ByteLink, infoOfStream } from './load/byte-link.js';
import type { Settled, Way } from './transport.js';
import { DatagramLink } from './udp/link.js';
import { openDatagramSocket } from './udp/open.js';
import type { DatagramSocket } from './udp/socket.js';

/** The number of a connection for load, from 1, or the one beside them. */
type Place = number | 'beside';

export class RawConnections {
  readonly #way: Way;
  readonly #clock: Clock;
  readonly #over = new AbortController();
  readonly #ends = new Set<() => void>();
  #settled: Settled | undefined;

  constructor(way: Way, clock: Clock) {
    this.#way = way;
    this.#clock = clock;
  }

  /** Paused. All go to the address of the first. Rejects with a WperfError. */
  async openTcp(place: Place): Promise<Socket> {
    const late = new AbortController();
    const { connectTimeoutMs } = this.#way;
    const tooLate = () => late.abort(new TooLate(connectTimeoutMs));
    const cancel = this.#clock.at(this.#clock.now() + connectTimeoutMs / 1000, tooLate);
    const stop = onAbort(this.#over.signal, () => late.abort(this.#over.signal.reason));
    try {
      const onSettled = (settled: Settled) => {
        this.#settled ??= settled;
      };
      const socket = await openSocket(this.#wayOf(place), { clock: this.#clock, signal: late.signal, onSettled });
      const end = () => void socket.destroy();
      this.#ends.add(end);
      socket.once('close', () => this.#ends.delete(end));
      socket.pause();
      socket.setNoDelay(true);
      return socket;
    } finally {
      cancel();
      stop();
    }
  }

  /** Load over a connection that nothing is read from any more. */
  loadOver(socket: Socket): LoadLink {
    const { remoteAddress = '', remotePort = 0 } = socket;
    const info = infoOfStream(socket, { remoteHost: canonicalHost(remoteAddress), remotePort });
    return new ByteLink(socket, { name: 'tcp', info: { ...info, ...serverBeyond(this.#way) } });
  }

  /** Rejects with a WperfError, or with the system's error. */
  async openUdp(place: number, maxBytes: number): Promise<DatagramSocket> {
    const { target, bind, socket = {} } = this.#wayOf(place);
    const { tos, windowBytes, localPort, device } = socket;
    const at = { host: this.#settled?.address ?? target.host, port: target.port };
    const options = given({ bind, tos, windowBytes, localPort, device });
    const opened = await openDatagramSocket({ ...at, maxBytes, fragments: true, ...options });
    this.#ends.add(() => opened.close());
    return opened;
  }

  packetsOver(socket: DatagramSocket): LoadLink {
    return new DatagramLink({ socket, pacingClock: fineClock() });
  }

  /** Ends all of them, those too that are still being made. */
  dropAll(): void {
    this.#over.abort(new TooLate(0));
    for (const end of this.#ends) end();
    this.#ends.clear();
  }

  /** Options for load are none of the connection beside it. */
  #wayOf(place: Place): Way {
    const { socket: all, ...way } = this.#way;
    const { socket = all } = socketOf(this.#way, place);
    const own = place === 'beside' ? given({ device: all?.device, deviceOfBind: all?.deviceOfBind }) : socket;
    return { ...way, ...this.#settled, ...(own && { socket: own }) };
  }
}
