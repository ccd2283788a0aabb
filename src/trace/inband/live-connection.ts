/** The TCP connection under a channel, as the kernel knows it: its ends, what is under way on it, the TTL it sends with. */
import { WperfError } from '../../errors.js';
import { linux } from '../../host/linux/sockets.js';
import { endpointText } from '../../net/endpoint.js';
import { parseIp } from '../../net/ip.js';
import type { Channel, ChannelInfo, KernelOptions } from '../../transport/channel.js';
import { parseTcpState, type TcpState, tcpStateBytes } from '../packet/tcp-state.js';
import type { Ports } from '../packet/transport-header.js';
import type { TraceTarget } from '../prober.js';

/** What an in-band trace needs of a channel. */
export type InbandChannel = Pick<Channel, 'info' | 'kernel' | 'queuedBytes'> & Partial<Pick<Channel, 'ping'>>;

export class LiveConnection {
  readonly target: TraceTarget;
  /** As this machine sees them: whatever a NAT on the way makes of them, it undoes in what comes back. */
  readonly ports: Ports;
  readonly #channel: InbandChannel;
  readonly #options: KernelOptions;
  readonly #usualTtl: number;
  #limited = false;

  /** Throws an Error or a SystemError that says what is missing. */
  constructor(channel: InbandChannel) {
    const options = channel.kernel?.options();
    if (options === undefined) throw new Error('the connection has no descriptor of its own');
    this.#channel = channel;
    this.target = probedPeerOf(channel.info);
    this.ports = { source: channel.info.localPort, destination: channel.info.remotePort };
    this.#options = options;
    this.#usualTtl = options.ttl;
    this.state();
  }

  get isOpen(): boolean {
    return this.#options.isOpen;
  }

  /** True when all that was written has arrived. */
  get isQuiet(): boolean {
    const { unackedSegments, unsentBytes } = this.state();
    return unackedSegments === 0 && unsentBytes === 0 && this.#channel.queuedBytes === 0;
  }

  /** Throws a WperfError `peer-lost` when the connection is closed. */
  state(): TcpState {
    if (!this.isOpen) throw this.lost('closed during the trace');
    const state = parseTcpState(Buffer.from(this.#options.getBytes(linux.IPPROTO_TCP, linux.TCP_INFO, tcpStateBytes)));
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
    const peer = endpointText({ host: this.target.ip, port: this.ports.destination });
    return new WperfError('peer-lost', `the connection to ${peer} ${what}`, { operation: 'traceroute', peer });
  }
}

/** Throws an Error when the peer has no IP address, as in a test's memory. */
export function probedPeerOf({ remoteHost }: ChannelInfo): TraceTarget {
  const ip = parseIp(remoteHost);
  if (ip === undefined) throw new Error('the peer has no IP address');
  return { ip: ip.text, family: ip.family, scopeId: 0 };
}
