/**
 * Rootless probes on Linux: an ordinary socket whose error queue (IP_RECVERR) tells which router dropped which probe.
 * The kernel hands an error to the socket that sent the packet, so traces cannot mix, and stamps packets as they leave
 * and arrive, so a busy event loop does not show in the round-trip times.
 *
 * UDP probes are told apart by destination port, ICMP ones by sequence number; ICMP sockets need the group of the
 * process to be within net.ipv4.ping_group_range.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { waits } from '../../defaults/index.js';
import { given } from '../../given.js';
import { Epoll } from '../../host/linux/epoll.js';
import type { Libc } from '../../host/linux/libc.js';
import { encodeSocketAddress } from '../../host/linux/socket-address.js';
import { linux, openLibc, realtimeNs } from '../../host/linux/sockets.js';
import { icmp4, icmp6 } from '../packet/codes.js';
import { type Ancillary, readAncillary } from '../packet/errqueue.js';
import type { Probe, Prober, ProberOptions, Reply } from '../prober.js';
import { SendClock } from './send-clock.js';
import { checkSent, icmpErrorIn, icmpProtocol, LinuxSocket, type ReceivedMessage, reportErrors } from './socket.js';
import { LinuxTcpProber } from './tcp-prober.js';

const payloadBytes = 32;
/** More errors than this do not come in between two system calls: the kernel itself refuses. */
const maxRetries = 8;
const kernelStamps =
  linux.SOF_TX_SOFTWARE | linux.SOF_RX_SOFTWARE | linux.SOF_SOFTWARE | linux.SOF_OPT_ID | linux.SOF_OPT_TSONLY;

/** Throws a SystemError or an Error that says why this machine does not allow it. */
export async function openLinuxErrqueue(options: ProberOptions): Promise<Prober> {
  const libc = openLibc();
  const prober = options.protocol === 'tcp' ? new LinuxTcpProber(libc, options) : new ErrqueueProber(libc, options);
  await sleep(waits.kernelStampsMs);
  return prober;
}

class ErrqueueProber implements Prober {
  readonly name = 'linux-errqueue';
  readonly protocol: 'udp' | 'icmp';
  readonly port?: number;
  readonly #libc: Libc;
  readonly #options: ProberOptions;
  readonly #socket: LinuxSocket;
  readonly #epoll: Epoll;
  readonly #clock = new SendClock();
  /** Read in the course of sending, and not yet handed over. */
  #early: Reply[] = [];

  constructor(libc: Libc, options: ProberOptions) {
    const { family } = options.target;
    this.#libc = libc;
    this.#options = options;
    this.protocol = options.protocol === 'icmp' ? 'icmp' : 'udp';
    if (this.protocol === 'udp') this.port = options.port;
    const ipProtocol = this.protocol === 'icmp' ? icmpProtocol(family) : linux.IPPROTO_UDP;
    this.#socket = new LinuxSocket(libc, family, linux.SOCK_DGRAM, ipProtocol);
    try {
      reportErrors(this.#socket);
      this.#socket.set(linux.SOL_SOCKET, linux.SO_TIMESTAMPING, kernelStamps);
      this.#epoll = Epoll.over(libc, options.wake, [this.#socket]);
    } catch (thrown) {
      this.#socket.close();
      throw thrown;
    }
  }

  send(probe: Probe): void {
    this.#socket.ttl = probe.ttl;
    let errno = this.#sendOnce(probe);
    for (let retries = 0; errno !== 0 && retries < maxRetries; retries++) errno = this.#sendAgain(probe);
    checkSent(errno, this.#options.target);
  }

  receive(): readonly Reply[] {
    const replies = [...this.#early, ...this.#read()];
    this.#early = [];
    return replies;
  }

  close(): void {
    this.#epoll.close();
    this.#socket.close();
  }

  #read(): Reply[] {
    const replies: Reply[] = [];
    for (const message of this.#socket.drain(linux.MSG_ERRQUEUE)) replies.push(...this.#replyOfError(message));
    for (const message of this.#socket.drain(0)) replies.push(...this.#replyOfData(message));
    return replies;
  }

  #sendOnce(probe: Probe): number {
    const beforeNs = realtimeNs(this.#libc);
    const errno = this.#socket.sendTo(this.#payload(probe.id), this.#destination(probe.id));
    if (errno === 0) this.#clock.sent(probe.id, beforeNs);
    return errno;
  }

  /**
   * An ICMP error to an earlier probe stays pending on the socket and fails one call. Kernels differ in whether the
   * failed call counts, so the count of time stamps begins anew, once those of before are read.
   */
  #sendAgain(probe: Probe): number {
    this.#early.push(...this.#read());
    this.#socket.set(linux.SOL_SOCKET, linux.SO_TIMESTAMPING, kernelStamps & ~linux.SOF_OPT_ID);
    this.#socket.set(linux.SOL_SOCKET, linux.SO_TIMESTAMPING, kernelStamps);
    this.#clock.restart();
    this.#socket.takeError();
    return this.#sendOnce(probe);
  }

  #destination(id: number): Buffer {
    const { target, port } = this.#options;
    return encodeSocketAddress({ ...target, port: this.protocol === 'udp' ? port + id : 0 });
  }

  #payload(id: number): Buffer {
    const payload = Buffer.alloc(payloadBytes);
    if (this.protocol === 'udp') return payload;
    payload.writeUInt8(this.#options.target.family === 4 ? icmp4.echoRequest : icmp6.echoRequest, 0);
    payload.writeUInt16BE(id & 0xffff, 6);
    return payload;
  }

  /** The probe that a message is about: an error names its destination port or quotes its echo header. */
  #idOf(message: ReceivedMessage): number | undefined {
    if (this.protocol === 'udp') return message.from && message.from.port - this.#options.port;
    return message.data.length >= 8 ? message.data.readUInt16BE(6) : undefined;
  }

  #replyOfError(message: ReceivedMessage): Reply[] {
    const ancillary = readAncillary(message.control);
    this.#clock.note(ancillary);
    const found = icmpErrorIn(message, ancillary.error, this.#options.target.family);
    return found === undefined ? [] : this.#reply(message, ancillary, found);
  }

  /** The target itself: an echo reply, or a service on the probed port. */
  #replyOfData(message: ReceivedMessage): Reply[] {
    if (message.from?.ip !== this.#options.target.ip) return [];
    const ancillary = readAncillary(message.control);
    return this.#reply(message, ancillary, { kind: 'answer', code: '', from: message.from.ip, mpls: [] });
  }

  #reply(message: ReceivedMessage, ancillary: Ancillary, rest: Omit<Reply, 'id' | 'rttMs' | 'replyTtl'>): Reply[] {
    const id = this.#idOf(message);
    const rttMs = id === undefined ? undefined : this.#clock.rttMs(id, ancillary.stampNs ?? realtimeNs(this.#libc));
    if (id === undefined || rttMs === undefined) return [];
    return [{ id, rttMs, ...rest, ...given({ replyTtl: ancillary.ttl }) }];
  }
}
