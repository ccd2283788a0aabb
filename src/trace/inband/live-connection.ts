/** The TCP connection under a channel, as the kernel knows it: its ends, what is under way on it, the TTL it sends with. */
import { WperfError } from '../../errors.js';
import type { Libc } from '../../host/linux/libc.js';
import { linux } from '../../host/linux/sockets.js';
import { parseIp } from '../../net/ip.js';
import type { Channel, ChannelInfo } from '../../transport/channel.js';
import { SocketOptions } from '../linux/socket-options.js';
import { parseTcpState, type TcpState, tcpStateBytes } from '../packet/tcp-state.js';
import type { TraceTarget } from '../prober.js';

/** What a trace needs of a connection. */
export type InbandChannel = Pick<Channel, 'info' | 'descriptor' | 'queuedBytes' | 'ping'>;

export class LiveConnection {
  readonly target: TraceTarget;
  /** As this machine sees them: whatever a NAT on the way makes of them, it undoes in what comes back. */
  readonly ports: { readonly source: number; readonly destination: number };
  readonly #channel: InbandChannel;
  readonly #options: SocketOptions;
  readonly #usualTtl: number;
  #limited = false;

  /** Throws an Error or a SystemError that says what is missing. */
  constructor(libc: Libc, channel: InbandChannel) {
    const { info } = channel;
    const descriptor = descriptorOf(channel);
    if (descriptor === undefined) throw new Error('the connection has no descriptor of its own');
    this.#channel = channel;
    this.target = peerOf(info);
    this.ports = { source: info.localPort, destination: info.remotePort };
    this.#options = new SocketOptions(libc, descriptor, this.target.family);
    this.#usualTtl = this.#options.ttl;
    this.state();
  }

  /** False once it is closed. Its descriptor may then be another connection's, so nothing is asked of it any more. */
  get isOpen(): boolean {
    return descriptorOf(this.#channel) === this.#options.fd;
  }

  /** True when all that was written has arrived. */
  get isQuiet(): boolean {
    const { unackedSegments, unsentBytes } = this.state();
    return unackedSegments === 0 && unsentBytes === 0 && this.#channel.queuedBytes === 0;
  }

  /** Throws a WperfError `peer-lost` when the connection is closed. */
  state(): TcpState {
    if (!this.isOpen) throw this.lost('closed during the trace');
    const state = parseTcpState(this.#options.getBytes(linux.IPPROTO_TCP, linux.TCP_INFO, tcpStateBytes));
    if (state === undefined) throw new Error('the kernel tells too little of a connection, as Linux before 4.6 does');
    return state;
  }

  limitTtl(ttl: number): void {
    if (!this.isOpen) throw this.lost('closed during the trace');
    this.#options.ttl = ttl;
    this.#limited = true;
  }

  restoreTtl(): void {
    if (this.#limited && this.isOpen) this.#options.ttl = this.#usualTtl;
    this.#limited = false;
  }

  lost(what: string): WperfError {
    const peer = `${this.target.ip}:${this.ports.destination}`;
    return new WperfError('peer-lost', `the connection to ${peer} ${what}`, { operation: 'traceroute', peer });
  }
}

function descriptorOf({ descriptor }: InbandChannel): number | undefined {
  return descriptor;
}

/** Throws an Error when the peer has no IP address, as in a test's memory. */
export function peerOf({ remoteHost }: ChannelInfo): TraceTarget {
  const ip = parseIp(remoteHost);
  if (ip === undefined) throw new Error('the peer has no IP address');
  return { ip: ip.text, family: ip.family, scopeId: 0 };
}
